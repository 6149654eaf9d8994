"""The chart of the summary: bars, in the colours of the sheet around it."""

from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.data_source import AxDataSource, NumData, NumDataSource, NumRef, NumVal, StrData, StrRef, StrVal
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.series import Series, SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties, RegularTextRun

from ossi_report.cell_values import cell_text
from ossi_report.sheet import ACCENT, INK, RULE

_WIDTH_CM, _HEIGHT_CM = 15, 8
_TITLE_SIZE, _TEXT_SIZE = 1200, 1000  # hundredths of a point


@dataclass(frozen=True)
class Cells:
    """The cells of one column that a chart draws, and what stands in them."""

    reference: Reference
    values: Sequence[str | int]


def bar_chart(title: str, labels: Cells, counts: Cells) -> BarChart:
    """Horizontal bars with their numbers, the first one on top.

    The values stand in the chart as well as its cells: programs that only preview a workbook draw nothing else.
    """
    chart = BarChart(barDir="bar", gapWidth=60)
    chart.title = Title(
        tx=Text(rich=RichText(p=[Paragraph(pPr=_text(_TITLE_SIZE, bold=True), r=[RegularTextRun(t=title)])])),
        overlay=False,  # else Excel lays it over the bars
    )
    chart.width, chart.height = _WIDTH_CM, _HEIGHT_CM
    chart.append(_series(title, labels, counts))
    chart.dLbls = DataLabelList(
        showVal=True, showSerName=False, showCatName=False, showLegendKey=False, showPercent=False, txPr=_body()
    )
    chart.legend = None
    chart.roundedCorners = False  # Excel rounds them where nothing is said
    chart.graphical_properties = GraphicalProperties(ln=LineProperties(solidFill=RULE))
    chart.x_axis.scaling.orientation = "maxMin"  # the first one on top
    chart.x_axis.delete = False
    chart.x_axis.txPr = _body()
    chart.x_axis.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=RULE))
    chart.y_axis.delete = True  # the bars have their numbers
    chart.y_axis.majorGridlines = None
    chart.y_axis.scaling.min = 0
    return chart


def _series(title: str, labels: Cells, counts: Cells) -> Series:
    texts = [StrVal(idx=index, v=cell_text(str(value))) for index, value in enumerate(labels.values)]
    numbers = [NumVal(idx=index, v=str(value)) for index, value in enumerate(counts.values)]
    series = Series()
    series.tx = SeriesLabel(v=title)
    series.cat = AxDataSource(
        strRef=StrRef(f=str(labels.reference), strCache=StrData(ptCount=len(texts), pt=texts)),
    )
    series.val = NumDataSource(
        numRef=NumRef(f=str(counts.reference), numCache=NumData(ptCount=len(numbers), pt=numbers)),
    )
    series.graphicalProperties = GraphicalProperties(solidFill=ACCENT, ln=LineProperties(noFill=True))
    return series


def _body() -> RichText:
    return RichText(p=[Paragraph(pPr=_text(_TEXT_SIZE), endParaRPr=CharacterProperties())])


def _text(size: int, *, bold: bool = False) -> ParagraphProperties:
    return ParagraphProperties(defRPr=CharacterProperties(sz=size, b=bold, solidFill=INK))

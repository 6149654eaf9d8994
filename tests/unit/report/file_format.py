"""What Excel demands of a workbook's file, beyond what other programs need to read it.

Excel offers to repair a file that breaks one of these rules, and drops what it does not understand; LibreOffice and openpyxl
say nothing. The schema of the format is checked by openxml-audit, after the one in Microsoft's Open XML SDK; the rest here,
after ECMA-376 and "Excel specifications and limits".
"""

import posixpath
import re
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import cast
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element, ParseError, fromstring

from openpyxl.utils import column_index_from_string, range_boundaries
from openxml_audit import (  # pyright: ignore[reportMissingTypeStubs] - it is typed itself
    OpenXmlValidator,
    ValidationSeverity,
)

TYPES = "[Content_Types].xml"
WORKBOOK = "xl/workbook.xml"
STYLES = "xl/styles.xml"
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# Type of a relationship -> the content type of the part at its end.
_PARTS = {
    "officeDocument": f"{_SPREADSHEET}.sheet.main+xml",
    "worksheet": f"{_SPREADSHEET}.worksheet+xml",
    "styles": f"{_SPREADSHEET}.styles+xml",
    "theme": "application/vnd.openxmlformats-officedocument.theme+xml",
    "drawing": "application/vnd.openxmlformats-officedocument.drawing+xml",
    "chart": "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
    "extended-properties": "application/vnd.openxmlformats-officedocument.extended-properties+xml",
    "core-properties": "application/vnd.openxmlformats-package.core-properties+xml",
}
_NAME_MAX, _ROWS_MAX, _COLUMNS_MAX = 31, 1_048_576, 16_384
_TEXT_MAX, _URL_MAX, _LINKS_MAX, _FOOTER_MAX = 32_767, 2_079, 65_530, 255
_HEIGHT_MAX, _WIDTH_MAX = 409, 255
_FORMATS_MAX, _FONTS_MAX, _NUMBER_FORMATS_MAX, _FIRST_OWN_FORMAT = 64_000, 512, 200, 164
# A URI of RFC 3986, or an IRI of RFC 3987: other alphabets as they are, all else encoded.
_ADDRESS = re.compile(r"https?://(?:[A-Za-z0-9\-._~:/?#@!$&'()*+,;=]|%[0-9A-Fa-f]{2}|[^\x00-\x9f])+")
_CELL = re.compile("([A-Z]{1,3})([0-9]{1,7})")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def complaints(content: bytes) -> list[str]:
    """All that is wrong with the file, in sentences; none: Excel opens it without a word."""
    try:
        package = _Package(content)
    except (zipfile.BadZipFile, EOFError):
        return ["the file is no ZIP archive"]
    if package.broken:
        return package.broken
    found = [each for check in _CHECKS for each in check(package)]
    return found or _schema_complaints(content)


class _Package:
    """The parts of a file. broken: what cannot be read at all."""

    def __init__(self, content: bytes) -> None:
        self.broken: list[str] = []
        self.trees: dict[str, Element] = {}
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
            self.broken += [f"{name} is there twice" for name, times in Counter(names).items() if times > 1]
            for name in names:
                try:
                    self.trees[name] = fromstring(archive.read(name))  # noqa: S314 - it was written by this test's own code
                except (ParseError, zipfile.BadZipFile, zlib.error) as error:
                    self.broken.append(f"{name} cannot be read: {error}")
        self.broken += [f"there is no {name}" for name in (TYPES, "_rels/.rels", WORKBOOK, STYLES) if name not in names]

    def parts(self) -> list[str]:
        return [name for name in self.trees if name != TYPES and not name.endswith(".rels")]

    def relations(self, part: str) -> dict[str, tuple[str, str, bool]]:
        """Id -> last word of the type, target (a part's name, or an address), whether it is external."""
        tree = self.trees.get(_relations_name(part))
        found: dict[str, tuple[str, str, bool]] = {}
        for each in tree if tree is not None else ():
            external = each.get("TargetMode") == "External"
            target = each.get("Target", "")
            if not external:
                target = posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target)).lstrip("/")
            found[each.get("Id", "")] = (each.get("Type", "").rpartition("/")[2], target, external)
        return found

    def sheets(self) -> list[tuple[str, str, Element]]:
        """The worksheets in their order: name, part, content."""
        relations = self.relations(WORKBOOK)
        found: list[tuple[str, str, Element]] = []
        for each in self.trees[WORKBOOK].iter(f"{_MAIN}sheet"):
            part = relations.get(each.get(f"{_RELATION}id", ""), ("", "", False))[1]
            if part in self.trees:
                found.append((each.get("name", ""), part, self.trees[part]))
        return found


def _relations_name(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _content_types(package: _Package) -> Iterator[str]:
    named = {each.get("PartName", ""): each.get("ContentType") for each in package.trees[TYPES] if each.get("PartName")}
    by_end = {each.get("Extension"): each.get("ContentType") for each in package.trees[TYPES] if each.get("Extension")}
    parts = {f"/{part}" for part in package.parts()}
    yield from (f"{part} has a content type and is not there" for part in named.keys() - parts)
    for source in ["", *package.parts()]:
        for kind, target, external in package.relations(source).values():
            actual = named.get(f"/{target}", by_end.get(target.rpartition(".")[2]))
            if not external and target in package.trees and actual != _PARTS.get(kind):
                yield f"{target} is a {kind} and has the content type {actual}"


def _relationships(package: _Package) -> Iterator[str]:
    reached: set[str] = set()
    waiting = [""]
    while waiting:
        source = waiting.pop()
        relations = package.relations(source)
        tree = package.trees.get(_relations_name(source))
        if tree is not None and len(relations) != len(tree):
            yield f"two relationships of {source} have one id"
        for name, (kind, target, external) in relations.items():
            if external:
                if kind != "hyperlink" or not _is_address(target):
                    yield f"{name} of {source} leads to {target!r}"
            elif target not in package.trees:
                yield f"{name} of {source} leads to {target}, which is not there"
            elif target not in reached:
                reached.add(target)
                waiting.append(target)
    yield from (f"nothing leads to {part}" for part in package.parts() if part not in reached)
    for part in package.parts():
        used = {
            value for each in package.trees[part].iter() for name, value in each.items() if name.startswith(_RELATION)
        }
        known = set(package.relations(part))
        yield from (f"{part} names the relationship {name}, which is not there" for name in used - known)


def _is_address(target: str) -> bool:
    return (
        len(target) <= _URL_MAX and _ADDRESS.fullmatch(target) is not None and bool(urlsplit(unquote(target)).hostname)
    )


def _workbook(package: _Package) -> Iterator[str]:
    sheets = list(package.trees[WORKBOOK].iter(f"{_MAIN}sheet"))
    names = [each.get("name", "") for each in sheets]
    if not names:
        yield "there is no sheet"
    if len({name.casefold() for name in names}) != len(names):
        yield "two sheets have one name"
    if len({each.get("sheetId") for each in sheets}) != len(sheets):
        yield "two sheets have one sheetId"
    for name in names:
        if not 0 < len(name) <= _NAME_MAX or re.search(r"[\[\]:*?/\\]|^'|'$", name) or name.casefold() == "history":
            yield f"a sheet cannot be called {name!r}"
    for each in package.trees[WORKBOOK].iter(f"{_MAIN}definedName"):
        text, of = each.text or "", each.get("localSheetId")
        if of is not None and int(of) >= len(names):
            yield f"the name {each.get('name')} belongs to sheet {of}, which is not there"
        if not any(text.startswith((f"{name}!", f"'{name}'!")) for name in names):
            yield f"the name {each.get('name')} means {text!r}, which is on no sheet"


def _styles(package: _Package) -> Iterator[str]:
    root = package.trees[STYLES]
    lists = {each.tag.removeprefix(_MAIN): list(each) for each in root}
    for each in root:
        count = each.get("count")
        if count is not None and int(count) != len(each):
            yield f"{each.tag.removeprefix(_MAIN)} counts {count} and holds {len(each)}"
    limits = {"cellXfs": _FORMATS_MAX, "fonts": _FONTS_MAX, "numFmts": _NUMBER_FORMATS_MAX}
    yield from (f"there are too many {name}" for name, limit in limits.items() if len(lists.get(name, ())) > limit)
    own = {each.get("numFmtId") for each in lists.get("numFmts", ())}
    for number, style in enumerate(lists["cellXfs"]):
        for name, among in {
            "fontId": "fonts",
            "fillId": "fills",
            "borderId": "borders",
            "xfId": "cellStyleXfs",
        }.items():
            if int(style.get(name, "0")) >= len(lists[among]):
                yield f"cell style {number} has {name} {style.get(name)}, which is not there"
        form = style.get("numFmtId", "0")
        if int(form) >= _FIRST_OWN_FORMAT and form not in own:
            yield f"cell style {number} has the number format {form}, which is not there"


def _sheets(package: _Package) -> Iterator[str]:
    styles = len(package.trees[STYLES].findall(f"{_MAIN}cellXfs/{_MAIN}xf"))
    for name, part, sheet in package.sheets():
        yield from (f"{name}: {each}" for check in _SHEET_CHECKS for each in check(sheet))
        for cell in sheet.iter(f"{_MAIN}c"):
            if int(cell.get("s", "0")) >= styles:
                yield f"{name}: {cell.get('r')} has the style {cell.get('s')}, which is not there"
        links = list(sheet.iter(f"{_MAIN}hyperlink"))
        if len(links) > _LINKS_MAX:
            yield f"{name} has too many links"
        used = Counter(each.get(f"{_RELATION}id") for each in links)
        unused = {key for key, (kind, *_rest) in package.relations(part).items() if kind == "hyperlink"} - set(used)
        yield from (f"{name}: nothing uses the link {key}" for key in unused)


def _rows_and_cells(sheet: Element) -> Iterator[str]:
    last_row = 0
    for row in sheet.iter(f"{_MAIN}row"):
        number = int(row.get("r", "0"))
        if not last_row < number <= _ROWS_MAX:
            yield f"row {number} comes after row {last_row}"
        last_row = number
        if float(row.get("ht", "0")) > _HEIGHT_MAX:
            yield f"row {number} is {row.get('ht')} points high"
        last_column = 0
        for cell in row:
            place = _CELL.fullmatch(cell.get("r", ""))
            column = column_index_from_string(place[1]) if place else 0
            if place is None or int(place[2]) != number or not last_column < column <= _COLUMNS_MAX:
                yield f"{cell.get('r')} stands in row {number} after column {last_column}"
            last_column = column
            yield from _cell(cell)


def _cell(cell: Element) -> Iterator[str]:
    place, kind = cell.get("r"), cell.get("t", "n")
    value = cell.findtext(f"{_MAIN}v")
    texts = [each.text or "" for each in cell.iter(f"{_MAIN}t")]
    if kind == "inlineStr":
        shown = _ESCAPED.sub("x", "".join(texts))
        if len(texts) != 1 or value is not None or len(shown.encode("utf-16-le")) // 2 > _TEXT_MAX:
            yield f"{place} is no text of a cell"
    elif kind != "n" or texts or (value is not None and not re.fullmatch(r"-?\d+(\.\d+)?(E[+-]?\d+)?", value)):
        yield f"{place} is neither a text nor a number: {kind}, {value}"
    yield from (f"{place} holds a formula" for _formula in cell.iter(f"{_MAIN}f"))


def _columns(sheet: Element) -> Iterator[str]:
    last = 0
    for each in sheet.iter(f"{_MAIN}col"):
        first = int(each.get("min", "0"))
        if not last < first <= int(each.get("max", "0")) <= _COLUMNS_MAX or float(each.get("width", "0")) > _WIDTH_MAX:
            yield f"columns {first} to {each.get('max')} come after column {last}, {each.get('width')} wide"
        last = int(each.get("max", "0"))


def _ranges(sheet: Element) -> Iterator[str]:
    corners = [each.get("r", "") for each in sheet.iter(f"{_MAIN}c")]
    height = max((int(each.get("r", "0")) for each in sheet.iter(f"{_MAIN}row")), default=0)
    for kind in ("dimension", "autoFilter", "hyperlink"):
        for each in sheet.iter(f"{_MAIN}{kind}"):
            area = each.get("ref", "")
            try:
                left, top, right, bottom = cast("tuple[int, int, int, int]", range_boundaries(area))
            except (ValueError, TypeError):
                yield f"the {kind} of {area!r} is nowhere"
                continue
            if not (left <= right <= _COLUMNS_MAX and top <= bottom <= height):
                yield f"the {kind} of {area} is beyond the cells"
            if kind == "hyperlink" and area not in corners:
                yield f"the link of {area} is on no cell"
    yield from (f"{area} has two links" for area, times in _link_places(sheet).items() if times > 1)


def _link_places(sheet: Element) -> Counter[str]:
    return Counter(each.get("ref", "") for each in sheet.iter(f"{_MAIN}hyperlink"))


def _footers(sheet: Element) -> Iterator[str]:
    for footer in sheet.iter(f"{_MAIN}headerFooter"):
        yield from (f"{each.tag} is too long" for each in footer if len(each.text or "") > _FOOTER_MAX)


def _charts(package: _Package) -> Iterator[str]:
    sizes = {
        name: (sum(1 for _row in sheet.iter(f"{_MAIN}row")), {each.get("r") for each in sheet.iter(f"{_MAIN}c")})
        for name, _part, sheet in package.sheets()
    }
    for part in package.parts():
        for reference in package.trees[part].iter(f"{_CHART}f"):
            name, _mark, area = (reference.text or "").rpartition("!")
            _rows, cells = sizes.get(name.strip("'"), (0, set[str | None]()))
            if not {corner.replace("$", "") for corner in area.split(":")} <= cells:
                yield f"{part} draws {reference.text}, where nothing stands"
        for cache in [*package.trees[part].iter(f"{_CHART}strCache"), *package.trees[part].iter(f"{_CHART}numCache")]:
            counted = cast("Element", cache.find(f"{_CHART}ptCount")).get("val")
            if int(counted or "-1") != len(cache.findall(f"{_CHART}pt")):
                yield f"{part} counts {counted} points and holds {len(cache.findall(f'{_CHART}pt'))}"


_SHEET_CHECKS: tuple[Callable[[Element], Iterator[str]], ...] = (_rows_and_cells, _columns, _ranges, _footers)
_CHECKS: tuple[Callable[[_Package], Iterator[str]], ...] = (
    _content_types, _relationships, _workbook, _styles, _sheets, _charts,
)  # fmt: skip
_validator = OpenXmlValidator(max_errors=0)


def _schema_complaints(content: bytes) -> list[str]:
    """Its warnings are left out: they say what Excel writes in another way when it saves the file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "book.xlsx"
        file.write_bytes(content)
        errors = _validator.validate(file).errors
    return [f"{each.part_uri}: {each.description}" for each in errors if each.severity is ValidationSeverity.ERROR]

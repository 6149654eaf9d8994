"""A month as bars of text: who got how much. It needs no hosting, is read by screen readers, and can be copied."""

from collections.abc import Sequence
from decimal import Decimal

from slack_sdk.models.blocks import RichTextPreformattedElement
from slack_sdk.models.blocks.block_elements import RichTextElement

from ossi.domain.money import decimal_places
from ossi.domain.report import ContributorTotal, MonthSummary
from ossi.domain.typed_text import cleaned_line
from ossi.slack.block_kit import plain, section, shorten

_BARS = 10
_PICTURES = 3  # one for each currency, which share no axis
_WIDTH = 16
_NAME_MAX = 40


def text_bar_chart(summary: MonthSummary) -> list[RichTextElement]:
    """Elements of rich_text: for each currency the largest amounts, or, where nobody gets any, the most contributions.

    Nothing where there is no more than one bar to draw.
    """
    people = summary.contributors
    pictures = [
        drawn
        for currency in sorted(summary.totals)
        if (
            drawn := _drawn(
                f"{currency} per contributor", [(_amount(person, currency), person) for person in people], currency
            )
        )
    ]
    if not any(summary.totals.values()):
        pictures = [_drawn("Contributions per contributor", [(Decimal(person.count), person) for person in people])]
    return [element for drawn in pictures[:_PICTURES] for element in drawn]


def _amount(person: ContributorTotal, currency: str) -> Decimal:
    return person.amounts.get(currency, Decimal(0))


def _drawn(title: str, values: Sequence[tuple[Decimal, ContributorTotal]], currency: str = "") -> list[RichTextElement]:
    """currency: of the values, unless they are counts."""
    # Equal ones stay in the order of their names.
    bars = sorted((each for each in values if each[0] > 0), key=lambda each: each[0], reverse=True)
    if len(bars) < 2:
        return []
    if len(bars) > _BARS:
        title += f", the {_BARS} largest of {len(bars)}"
    shown = bars[:_BARS]
    largest = shown[0][0]
    whole = all(value == int(value) for value, _person in shown)
    places = 0 if whole else max(decimal_places(value, currency) for value, _person in shown)
    numbers = [f"{value:,.{places}f}" for value, _person in shown]
    width = max(map(len, numbers))
    # The name comes last: wide characters and those that run from right to left leave the bars in their place.
    lines = [
        f"{number:>{width}}  {_bar(value / largest):<{_WIDTH}}  {shorten(cleaned_line(person.name), _NAME_MAX)}"
        for number, (value, person) in zip(numbers, shown, strict=True)
    ]
    return [section(plain(title)), RichTextPreformattedElement(elements=[plain("\n".join(lines))])]


def _bar(share: Decimal) -> str:
    return "█" * max(1, round(share * _WIDTH))

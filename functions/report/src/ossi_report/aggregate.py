"""What a month's contributions come to, counted and summed by pandas."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter

import pandas as pd

from ossi.domain.contribution import Contribution, Status
from ossi.domain.levels import CompensationLevel, CompensationLevels
from ossi.domain.months import Month
from ossi.domain.report import ContributorTotal, MonthSummary, is_late


@dataclass(frozen=True)
class Total:
    """A number of contributions and their sum, in units of one currency."""

    count: int
    amount: Decimal


NOTHING = Total(0, Decimal(0))


@dataclass(frozen=True)
class LevelTotal:
    """The accepted contributions of one level."""

    level: CompensationLevel
    total: Total


@dataclass(frozen=True)
class ContributorLevelTotal:
    """One person's accepted contributions of one level."""

    user_id: str
    name: str
    level: CompensationLevel
    total: Total


@dataclass(frozen=True)
class MonthFigures:
    """A month's summary, and the same accepted contributions by currency, by level, and by contributor and level.

    by_currency is in the order of the currencies' codes and holds those that occur; own_by_currency and late_by_currency are its two
    parts, of the month itself and of earlier ones (R33). So is each of by_contributor, whose
    people (user's id -> totals) are in the order of their names.
    by_level is in the configured order and holds every level that is offered, also those that nobody got.
    by_contributor_and_level follows the names, and in each name the configured order.
    """

    summary: MonthSummary
    by_currency: dict[str, Total]
    own_by_currency: dict[str, Total]
    late_by_currency: dict[str, Total]
    by_contributor: dict[str, dict[str, Total]]
    by_level: tuple[LevelTotal, ...]
    by_contributor_and_level: tuple[ContributorLevelTotal, ...]


def summarize(month: Month, contributions: Sequence[Contribution], levels: CompensationLevels) -> MonthSummary:
    """Counts the month by status, and sums what was accepted per currency and per contributor.

    Every row given counts, whatever month stands in it: the caller has chosen them. A level that nobody configured is
    worth nothing. Currencies are never added together.
    """
    return figures(month, contributions, levels).summary


def figures(month: Month, contributions: Sequence[Contribution], levels: CompensationLevels) -> MonthFigures:
    """As summarize, with the finer sums that the workbook shows."""
    accepted = _accepted(month, contributions, levels)
    names = latest_names(contributions)
    late = accepted[accepted["late"]]
    by_currency, late_by_currency = _by_currency(accepted), _by_currency(late)
    places = _places(names)
    by_contributor = _by_contributor(accepted, places)
    by_status = Counter(contribution.status for contribution in contributions)
    return MonthFigures(
        MonthSummary(
            month=month,
            accepted=by_status[Status.ACCEPTED],
            pending=by_status[Status.PENDING],
            declined=by_status[Status.DECLINED],
            totals={currency: total.amount for currency, total in by_currency.items()},
            contributors=tuple(_contributor(user_id, names[user_id], of) for user_id, of in by_contributor.items()),
            late=len(late),
            late_totals={currency: total.amount for currency, total in late_by_currency.items()},
        ),
        by_currency=by_currency,
        own_by_currency=_by_currency(accepted[~accepted["late"]]),
        late_by_currency=late_by_currency,
        by_contributor=by_contributor,
        by_level=_by_level(accepted, levels),
        by_contributor_and_level=_by_contributor_and_level(accepted, names, places, levels),
    )


def latest_names(contributions: Iterable[Contribution]) -> dict[str, str]:
    """User's id -> the name on the person's latest row that has one; a person without any is called by the id."""
    names: dict[str, str] = {}
    for contribution in sorted(contributions, key=attrgetter("timestamp")):
        if contribution.name or contribution.user_id not in names:
            names[contribution.user_id] = contribution.person
    return names


def in_order(contributions: Iterable[Contribution]) -> list[Contribution]:
    """By the person's name, then by time. A person who changed name stays together, as in the totals."""
    rows = sorted(contributions, key=attrgetter("timestamp"))
    places = _places(latest_names(rows))
    return sorted(rows, key=lambda each: places[each.user_id])  # keeps the order in time


def _places(names: dict[str, str]) -> dict[str, int]:
    """User's id -> place among the people: by name, upper case like lower case; namesakes stay apart."""
    people = sorted(names, key=lambda user_id: (names[user_id].casefold(), names[user_id], user_id))
    return {user_id: place for place, user_id in enumerate(people)}


def _accepted(month: Month, contributions: Iterable[Contribution], levels: CompensationLevels) -> pd.DataFrame:
    """The accepted rows, priced. Amounts are Decimals in a column of objects: pandas adds these exactly."""
    accepted = [each for each in contributions if each.status is Status.ACCEPTED]
    priced = [levels.get(each.size) for each in accepted]
    columns = {
        "user_id": [each.user_id for each in accepted],
        "level": [level.key for level in priced],
        "currency": [level.currency for level in priced],
        "amount": [level.amount for level in priced],
        "late": [is_late(each, month) for each in accepted],
    }
    return pd.DataFrame(columns, dtype=object).astype({"late": bool})


def _totals(accepted: pd.DataFrame, *columns: str) -> dict[tuple[str, ...], Total]:
    """The values of these columns -> what the rows with these values come to, in the order of the values."""
    sums = accepted.groupby(list(columns))["amount"].agg(["size", "sum"]).reset_index()
    return {tuple(values): Total(count, amount) for *values, count, amount in sums.itertuples(index=False)}


def _by_currency(accepted: pd.DataFrame) -> dict[str, Total]:
    return {currency: total for (currency,), total in _totals(accepted, "currency").items()}


def _by_contributor(accepted: pd.DataFrame, places: dict[str, int]) -> dict[str, dict[str, Total]]:
    found: dict[str, dict[str, Total]] = {}
    for (user_id, currency), total in _totals(accepted, "user_id", "currency").items():
        found.setdefault(user_id, {})[currency] = total
    return {user_id: found[user_id] for user_id in sorted(found, key=places.__getitem__)}


def _contributor(user_id: str, name: str, by_currency: dict[str, Total]) -> ContributorTotal:
    count = sum(total.count for total in by_currency.values())
    return ContributorTotal(user_id, name, count, {code: total.amount for code, total in by_currency.items()})


def _by_level(accepted: pd.DataFrame, levels: CompensationLevels) -> tuple[LevelTotal, ...]:
    totals = {key: total for (key,), total in _totals(accepted, "level").items()}
    keys = sorted({*totals, *(level.key for level in levels.offered)}, key=_configured_order(levels))
    return tuple(LevelTotal(levels.get(key), totals.get(key, Total(0, Decimal(0)))) for key in keys)


def _by_contributor_and_level(
    accepted: pd.DataFrame, names: dict[str, str], places: dict[str, int], levels: CompensationLevels
) -> tuple[ContributorLevelTotal, ...]:
    level_order = _configured_order(levels)
    totals = sorted(
        _totals(accepted, "user_id", "level").items(),
        key=lambda item: (places[item[0][0]], level_order(item[0][1])),
    )
    return tuple(
        ContributorLevelTotal(user_id, names[user_id], levels.get(key), total) for (user_id, key), total in totals
    )


def _configured_order(levels: CompensationLevels) -> Callable[[str], tuple[int, str]]:
    """The sorting key of level keys: as configured, then the unknown ones by their letters."""
    places = {level.key: place for place, level in enumerate(levels)}
    return lambda key: (places.get(key, len(places)), key)

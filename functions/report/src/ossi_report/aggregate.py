"""Works out what a month's contributions come to: one sort of the rows, one aggregation by pandas, and sums of its groups."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from ossi.domain.contribution import Contribution, Status
from ossi.domain.levels import CompensationLevel, CompensationLevels
from ossi.domain.months import Month
from ossi.domain.report import WAITING_OR_REFUSED, ContributorTotal, MonthSummary, is_late
from ossi_report.figures import NOTHING, ContributorLevelTotal, LevelTotal, MonthFigures, Total


def aggregate(month: Month, contributions: Sequence[Contribution], levels: CompensationLevels) -> MonthFigures:
    """Counts the month by status, and sums what was accepted per currency, level and contributor.

    Every row given counts, whatever month stands in it: the caller has chosen them. A level that nobody configured is
    worth nothing. Currencies are never added together.
    """
    names = _latest_names(contributions)
    places = _places(names)
    rows = tuple(sorted(contributions, key=lambda each: (places[each.user_id], each.timestamp)))
    groups = list(_groups(month, rows, levels))
    by_status = Counter(each.status for each in rows)
    by_currency = _by_currency(groups)
    own, late = (_by_currency(each for each in groups if each.late is kind) for kind in (False, True))
    by_contributor = _by_contributor(groups)
    return MonthFigures(
        MonthSummary(
            month=month,
            accepted=by_status[Status.ACCEPTED],
            others={status: by_status[status] for status in WAITING_OR_REFUSED},
            totals=_amounts(by_currency),
            contributors=tuple(_contributor(user_id, names[user_id], of) for user_id, of in by_contributor.items()),
            late=sum(total.count for total in late.values()),
            late_totals=_amounts(late),
        ),
        rows=rows,
        by_currency=by_currency,
        own_by_currency=own,
        late_by_currency=late,
        by_contributor=by_contributor,
        by_level=_by_level(groups, levels),
        by_contributor_and_level=_by_contributor_and_level(groups, names),
    )


def _latest_names(contributions: Iterable[Contribution]) -> dict[str, str]:
    """User's id -> the name on the person's latest row that has one; a person without any is called by the id."""
    names: dict[str, str] = {}
    since: dict[str, int] = {}
    for row in contributions:
        if row.name and row.timestamp >= since.get(row.user_id, row.timestamp):
            names[row.user_id] = row.name
            since[row.user_id] = row.timestamp
        else:
            names.setdefault(row.user_id, row.user_id)
    return names


def _places(names: dict[str, str]) -> dict[str, int]:
    """User's id -> place among the people: by name, upper case like lower case; namesakes stay apart."""
    people = sorted(names, key=lambda user_id: (names[user_id].casefold(), names[user_id], user_id))
    return {user_id: place for place, user_id in enumerate(people)}


@dataclass(frozen=True)
class _Group:
    """What one person has accepted of one level, of the month itself or late."""

    user_id: str
    level: CompensationLevel
    late: bool
    total: Total


def _groups(month: Month, rows: Iterable[Contribution], levels: CompensationLevels) -> Iterator[_Group]:
    """The accepted rows in groups, people in the order of the rows, and in each person the levels as configured.

    Amounts are Decimals in a column of objects: pandas adds these exactly.
    """
    accepted = [each for each in rows if each.status is Status.ACCEPTED]
    people = list(dict.fromkeys(each.user_id for each in accepted))
    kinds = _in_configured_order({each.level for each in accepted}, levels)
    person = {user_id: number for number, user_id in enumerate(people)}
    kind = {level.key: number for number, level in enumerate(kinds)}
    columns = {
        "person": [person[each.user_id] for each in accepted],
        "kind": [kind[each.level] for each in accepted],
        "late": [is_late(each, month) for each in accepted],
        "amount": pd.Series([kinds[kind[each.level]].amount for each in accepted], dtype=object),
    }
    sums = pd.DataFrame(columns).groupby(["person", "kind", "late"])["amount"].agg(["size", "sum"]).reset_index()
    for person_number, kind_number, late, count, amount in sums.itertuples(index=False):
        yield _Group(people[int(person_number)], kinds[int(kind_number)], bool(late), Total(int(count), amount))


def _by_currency(groups: Iterable[_Group]) -> dict[str, Total]:
    totals: dict[str, Total] = {}
    for each in groups:
        currency = each.level.currency
        totals[currency] = totals.get(currency, NOTHING) + each.total
    return dict(sorted(totals.items()))


def _amounts(totals: dict[str, Total]) -> dict[str, Decimal]:
    return {currency: total.amount for currency, total in totals.items()}


def _by_contributor(groups: Iterable[_Group]) -> dict[str, dict[str, Total]]:
    found: dict[str, list[_Group]] = {}
    for each in groups:
        found.setdefault(each.user_id, []).append(each)
    return {user_id: _by_currency(of) for user_id, of in found.items()}


def _contributor(user_id: str, name: str, by_currency: dict[str, Total]) -> ContributorTotal:
    return ContributorTotal(user_id, name, sum(each.count for each in by_currency.values()), _amounts(by_currency))


def _by_level(groups: Iterable[_Group], levels: CompensationLevels) -> tuple[LevelTotal, ...]:
    totals: dict[str, Total] = {level.key: NOTHING for level in levels.offered}
    for each in groups:
        totals[each.level.key] = totals.get(each.level.key, NOTHING) + each.total
    return tuple(LevelTotal(level, totals[level.key]) for level in _in_configured_order(totals, levels))


def _by_contributor_and_level(groups: Iterable[_Group], names: dict[str, str]) -> tuple[ContributorLevelTotal, ...]:
    totals: dict[tuple[str, CompensationLevel], Total] = {}
    for each in groups:
        of = each.user_id, each.level
        totals[of] = totals.get(of, NOTHING) + each.total
    return tuple(ContributorLevelTotal(who, names[who], level, total) for (who, level), total in totals.items())


def _in_configured_order(keys: Iterable[str], levels: CompensationLevels) -> list[CompensationLevel]:
    """The levels of these keys, as configured, then the unknown ones by their letters."""
    places = {level.key: place for place, level in enumerate(levels)}
    return [levels.get(key) for key in sorted(keys, key=lambda key: (places.get(key, len(places)), key))]

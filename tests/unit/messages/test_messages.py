"""Every message about a contribution: Slack takes it, and what was typed appears as typed and does nothing (N5, N6)."""

from collections.abc import Callable

import pytest

from fakes import HELSINKI, URL, contribution, first
from ossi.domain.contribution import Contribution, Status
from ossi.domain.levels import CompensationLevels
from ossi.ports import Choose, Message, Page
from ossi.slack.messages.listing import listing
from ossi.slack.messages.notifications import Words
from unit.messages.judge import (
    LONG_NAME,
    UGLY,
    acts_of,
    assert_taken,
    elements_of,
    every_wording,
    pictures_in,
    read,
)

LEVELS = CompensationLevels()
DECIDED_AT = 1_793_000_000_000  # 2026-10-26 09:33 in Helsinki


def words(choose: Choose = first) -> Words:
    return Words(HELSINKI, LEVELS, choose)


def decided(row: Contribution, status: Status) -> Contribution:
    return row.model_copy(update={"status": status, "decided_by": "U0MAIJA01", "decided_at": DECIDED_AT})


def page(*rows: Contribution, newer: bool = True, older: bool = True) -> Page:
    return Page(rows, rows[0].timestamp, rows[-1].timestamp, newer=newer, older=older)


Make = Callable[[Contribution, Choose], Message]
MESSAGES: dict[str, Make] = {
    "confirmation": lambda row, choose: words(choose).confirmation(row),
    "request": lambda row, choose: words(choose).decision_request(row),
    "accepted request": lambda row, choose: words(choose).decided_request(decided(row, Status.ACCEPTED)),
    "declined request": lambda row, choose: words(choose).decided_request(decided(row, Status.DECLINED)),
    "acceptance": lambda row, choose: words(choose).acceptance(decided(row, Status.ACCEPTED)),
    "refusal": lambda row, choose: words(choose).refusal(decided(row, Status.DECLINED)),
    "publication": lambda row, choose: words(choose).publication(decided(row, Status.ACCEPTED)),
    "list": lambda row, _choose: listing(page(row), HELSINKI, LEVELS),
}
WHOLE = [name for name in MESSAGES if name != "list"]
NAMING = ("request", "accepted request", "declined request")

every_message = pytest.mark.parametrize("make", MESSAGES.values(), ids=MESSAGES.keys())
every_whole_message = pytest.mark.parametrize("make", [MESSAGES[name] for name in WHOLE], ids=WHOLE)
every_ugly_text = pytest.mark.parametrize("text", UGLY.values(), ids=UGLY.keys())


@every_message
@every_ugly_text
def test_slack_takes_it_whatever_was_typed(make: Make, text: str) -> None:
    assert_taken(make(contribution(text=text, name=text[:200]), first), redrawn=True)


@every_whole_message
@every_ugly_text
def test_the_description_appears_as_typed(make: Make, text: str) -> None:
    assert text in read(make(contribution(text=text), first)).text


@every_message
@every_ugly_text
def test_nothing_that_was_typed_acts(make: Make, text: str) -> None:
    plain = make(contribution(text="plain words", name="Plain Name"), first)
    ugly = make(contribution(text=text, name=text), first)
    assert acts_of(ugly) == acts_of(plain)
    assert pictures_in(ugly) - pictures_in(plain) <= {"tada", "+1", "skin-tone-2", "100", "a"}


@pytest.mark.parametrize("make", [MESSAGES[name] for name in NAMING], ids=NAMING)
def test_a_long_name_appears_as_typed(make: Make) -> None:
    assert len(LONG_NAME) > 80
    assert LONG_NAME in read(make(contribution(name=LONG_NAME), first)).text


@every_message
@pytest.mark.parametrize("status", Status)
def test_rows_of_older_days_are_shown(make: Make, status: Status) -> None:
    bare = Contribution(user_id="U0AINO001", timestamp=0, status=status)
    message = make(bare, first)
    assert_taken(message, redrawn=True)
    seen = read(message).text
    assert "no description" in seen
    assert "no URL" in seen


@every_message
@pytest.mark.parametrize(
    "values",
    [
        {"level": "LARGE"},
        {"level": "<!channel>*" * 500},
        {"contribution_month": "<!channel>*" * 500},
        {"name": "x" * 5000},
        {
            "text": "&" * 3000,
            "name": "&" * 3000,
            "url": "&" * 3000,
            "level": "&" * 3000,
            "contribution_month": "&" * 300,
        },
        {"text": "x" * 300_000, "url": "https://host.example/" + "x" * 50_000, "name": "x" * 9000, "level": "X" * 9000},
    ],
    ids=["large", "level", "month", "name", "everything", "hundreds of kilobytes"],
)
def test_rows_spoiled_by_hand_stay_within_the_limits(make: Make, values: dict[str, str]) -> None:
    message = make(contribution(**values), first)
    assert_taken(message, redrawn=True)
    assert not {kind for kind, _value in acts_of(message)} & {"broadcast", "channel", "usergroup"}


URLS = {
    "plain": URL,
    "with signs": "https://host.example/?a=b&c=<d>|e*f*`g`:h:",
    "2,000 characters": "https://host.example/" + "&" * 1979,
    "600 characters": "https://host.example/" + "x" * 579,
    "right to left": "https://العربية.example/שלום",
    "no URL at all": "javascript:alert(1)//<!channel>",
}


@every_message
@pytest.mark.parametrize("url", URLS.values(), ids=URLS.keys())
def test_urls_lead_where_they_say(make: Make, url: str) -> None:
    message = make(contribution(url=url), first)
    assert_taken(message, redrawn=True)
    links = elements_of(message, "link")
    assert [link["url"] for link in links] == ([url] if url.startswith("https") and len(url) <= 600 else [])
    assert all(url.startswith(link["text"].removesuffix("…")) for link in links)
    assert ("broadcast", "channel") not in acts_of(message)


@every_whole_message
def test_a_url_that_is_too_long_for_a_link_is_shown_to_its_end(make: Make) -> None:
    url = "https://host.example/" + "&" * 1979
    assert url in read(make(contribution(url=url), first)).text


@every_message
def test_every_wording_is_taken_and_keeps_the_facts(make: Make) -> None:
    row = contribution()
    messages = list(every_wording(lambda choose: make(row, choose)))
    assert len({message.text for message in messages}) == len(messages)
    for message in messages:
        assert_taken(message, redrawn=True)
        seen = read(message).text
        assert row.text in seen
        assert URL in seen
        assert row.text in message.text


@pytest.mark.parametrize(
    ("name", "wordings"),
    [("confirmation", 96), ("acceptance", 32), ("refusal", 24), ("publication", 4), ("request", 1)],
)
def test_the_wording_varies(name: str, wordings: int) -> None:
    assert len(list(every_wording(lambda choose: MESSAGES[name](contribution(), choose)))) >= wordings


def test_the_request_shows_everything_and_has_two_buttons() -> None:
    row = contribution()
    message = words().decision_request(row)
    seen = read(message).text
    for fact in ("@Aino Lahti", "Aino Lahti", row.text, URL, "Small bonus - 50 €", "October 2026", "2026-10-26 08:05"):
        assert fact in seen
    buttons = elements_of(message, "button")
    assert [(each["text"]["text"], each["action_id"], each["value"]) for each in buttons] == [
        ("Accept", "accept_contribution", f"U0AINO001#{row.timestamp}"),
        ("Decline", "decline_contribution", f"U0AINO001#{row.timestamp}"),
    ]


@pytest.mark.parametrize(("status", "said"), [(Status.ACCEPTED, "Accepted by"), (Status.DECLINED, "Declined by")])
def test_a_decided_request_has_no_buttons_and_says_who_decided_and_when(status: Status, said: str) -> None:
    message = words().decided_request(decided(contribution(), status))
    assert elements_of(message, "button") == []
    assert f"{said} @Maija Salo on 2026-10-26 09:33." in read(message).text
    assert f"{said} <@U0MAIJA01>" in message.text


def test_a_row_decided_by_hand_names_nobody() -> None:
    message = words().decided_request(contribution(status=Status.ACCEPTED))
    assert "Accepted." in read(message).text
    assert "None" not in message.text


def test_the_publication_says_nothing_of_money() -> None:
    message = words().publication(decided(contribution(level="MEDIUM"), Status.ACCEPTED))
    everything = message.text + read(message).text
    assert "€" not in everything
    assert "bonus" not in everything
    assert "Maija" not in everything


def test_the_refusal_names_who_can_tell_why() -> None:
    assert "@Maija Salo can tell you why." in read(words().refusal(decided(contribution(), Status.DECLINED))).text
    assert "tell you why" not in read(words().refusal(contribution(status=Status.DECLINED))).text


def test_ten_of_the_worst_fit_into_one_list() -> None:
    worst = [
        contribution(text="&" * 2000, url="https://h/" + "&" * 590, timestamp=10**12 - number, name="&" * 80)
        for number in range(10)
    ]
    message = listing(page(*worst), HELSINKI, LEVELS)
    assert_taken(message)
    assert len(elements_of(message, "link")) == 10
    urls = sum(len(link["url"]) for link in elements_of(message, "link"))
    assert urls < 6_500, "Slack might count these as well"


def test_ten_spoiled_rows_fit_into_one_list() -> None:
    worst = [
        contribution(
            text="<" * 2000, url="<" * 2000, timestamp=10**12 - number, level="<" * 300, contribution_month="<" * 99
        )
        for number in range(10)
    ]
    assert_taken(listing(page(*worst), HELSINKI, LEVELS))


@pytest.mark.parametrize(
    ("newer", "older", "buttons"),
    [
        (False, False, []),
        (False, True, [("list_older", "7")]),
        (True, False, [("list_newer", "9")]),
        (True, True, [("list_newer", "9"), ("list_older", "7")]),
    ],
)
def test_a_page_has_the_buttons_for_its_neighbours(newer: bool, older: bool, buttons: list[tuple[str, str]]) -> None:
    rows = [contribution(timestamp=9), contribution(timestamp=8), contribution(timestamp=7)]
    message = listing(page(*rows, newer=newer, older=older), HELSINKI, LEVELS)
    assert [(each["action_id"], each["value"]) for each in elements_of(message, "button")] == buttons


@pytest.mark.parametrize(
    ("shown", "unreadable", "said"),
    [(0, 1, "One contribution here cannot be shown"), (1, 3, "3 contributions here cannot be shown"), (1, 0, None)],
)
def test_a_page_says_that_rows_could_not_be_read(shown: int, unreadable: int, said: str | None) -> None:
    rows = tuple(contribution(timestamp=9) for _ in range(shown))
    message = listing(Page(rows, 9, 9, newer=False, older=False, unreadable=unreadable), HELSINKI, LEVELS)
    assert_taken(message)
    assert ("cannot be shown" in message.text, "cannot be shown" in read(message).text) == (bool(said), bool(said))
    assert said is None or said in message.text
    assert "You have not registered" not in message.text


def test_an_empty_list_says_how_to_begin() -> None:
    message = listing(Page((), None, None, newer=False, older=False), HELSINKI, LEVELS)
    assert_taken(message)
    assert "/ossi new" in read(message).text

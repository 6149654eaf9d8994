"""What happened before the takeover, told to the old functions: see make_fixture.py, which runs this in a process of its own."""

import json
import os
import sys
from collections import Counter
from contextlib import ExitStack
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from old_world import ZONE, Failure, Item, World, old_world

AINO, EINO, NEWCOMER, MAIJA, MATTI = "U0AINO001", "U0EINO001", "U0NONAME1", "U0MAIJA01", "U0MATTI01"
SUBMISSION, ACCEPTANCE = ("confirm_submission", "ask_management"), ("redraw_request", "tell_accepted", "publish")
Troubles = dict[str, tuple[Failure, str]]
LASTING: Troubles = {
    "confirm_submission": ("error", "user_not_found"),
    "ask_management": ("error", "not_in_channel"),
    "redraw_request": ("error", "edit_window_closed"),
    "tell_accepted": ("error", "account_inactive"),
    "publish": ("error", "is_archived"),
    "tell_declined": ("error", "user_not_found"),
    "redraw_other_request": ("error", "cant_update_message"),
}
NOW = "2026-11-20T12:00"
SETTINGS = (
    "OSSI_MANAGEMENT_CHANNEL", "OSSI_PUBLIC_CHANNEL", "OSSI_TIME_ZONE", "OSSI_GRACE_DAYS", "OSSI_COMPENSATION_LEVELS",
    "OSSI_MONTH_INDEX", "OSSI_UNSETTLED_INDEX",
)  # fmt: skip


def ms(local: str) -> int:
    """Milliseconds since the epoch of that local time."""
    return round(datetime.fromisoformat(local).replace(tzinfo=ZONE).timestamp() * 1000)


def a_row(user: str, local: str, status: str, **more: str | int) -> dict[str, Any]:
    """A row with the attributes that every version has written."""
    return {
        "userId": user,
        "timestamp": ms(local),
        "size": "SMALL",
        "text": f"Something that was done before {local[:10]}, with enough words to tell about.",
        "name": {AINO: "Aino Lahti", EINO: "Eino Mäki", NEWCOMER: "Uusi Tulokas"}[user],
        "status": status,
        "url": "https://example.org/before",
        "contributionMonth": local[:7],
        **more,
    }


def asked(world: World, name: str, what: str, **more: str) -> str:
    """A contribution that was registered and told."""
    key = world.register(name, f"registered and told; {what}", **more)
    world.stream()
    return key


def decided(world: World, name: str, what: str, action: str = "accept", by: str = MAIJA, **more: str) -> str:
    """One that was then decided by a button, which was told too."""
    key = asked(world, name, f"{action}ed by {by}'s button and told; {what}", **more)
    world.press(key, action, by)
    world.stream()
    return key


def closing(month: str) -> Item:
    """The schedule's event on the third of that month, which closes the month before."""
    return {"source": "schedule", "scheduledTime": f"{month}-03T04:00:00Z"}


def before_ossi(world: World) -> None:
    """Rows that the old version didn't write: of the original, imported, written by hand."""
    original = "a row of the original"
    world.put("original-accepted", original, a_row(AINO, "2026-06-11T09:00", "ACCEPTED"))
    world.put("original-accepted-large", f"{original}, of a level that is not offered any more",
              a_row(EINO, "2026-06-12T09:00", "ACCEPTED", size="LARGE"))  # fmt: skip
    world.put("original-declined", original, a_row(AINO, "2026-06-13T09:00", "DECLINED"))
    world.put("original-pending", f"{original}; the reconciler asked for a decision",
              a_row(EINO, "2026-06-14T09:00", "PENDING"))  # fmt: skip
    pressed = world.put("original-pending-accepted-by-button", f"{original}; then accepted by button and told",
                        a_row(AINO, "2026-06-15T09:00", "PENDING", size="LARGE"))  # fmt: skip
    changed = world.put("original-pending-accepted-by-hand", f"{original}; then accepted in the table and told",
                        a_row(AINO, "2026-06-16T09:00", "PENDING"))  # fmt: skip
    imported = {"importedAt": ms("2026-07-01T08:00")}
    for day, status in enumerate(("PENDING", "ACCEPTED", "DECLINED"), 20):
        more = {} if status == "PENDING" else {"decidedBy": MATTI, "decidedAt": ms("2026-06-21T10:00")}
        world.put(f"imported-{status.lower()}", "imported, and silent",
                  a_row(EINO, f"2026-06-{day}T09:00", status, **imported, **more))  # fmt: skip
    later = world.put("imported-accepted-by-hand", "imported, then accepted in the table and told",
                      a_row(AINO, "2026-06-27T09:00", "PENDING", **imported))  # fmt: skip
    world.before_the_stream()
    world.clock.set("2026-08-03T09:00")
    world.reconcile()
    world.press(pressed, "accept", MAIJA)
    world.by_hand(changed, status="ACCEPTED")
    world.by_hand(later, status="ACCEPTED")
    world.stream()
    for day, status in enumerate(("ACCEPTED", "DECLINED"), 20):
        decision = {"decidedBy": MAIJA, "decidedAt": ms("2026-07-30T10:00")}
        world.put(f"hand-written-{status.lower()}", "written by hand with the decision in it: silent",
                  a_row(NEWCOMER, f"2026-07-{day}T09:00", status, **decision))  # fmt: skip
    world.put("hand-written-accepted-by-no-one", "written by hand as accepted, without who and when: silent",
              a_row(NEWCOMER, "2026-07-25T09:00", "ACCEPTED"))  # fmt: skip
    world.put("hand-written-pending", "written by hand, and asked about as any other",
              a_row(NEWCOMER, "2026-07-26T09:00", "PENDING"))  # fmt: skip
    world.put("spoiled", "a row that cannot be read", a_row(NEWCOMER, "2026-07-27T09:00", "DONE"))
    world.stream()


def three_months(world: World) -> None:
    """August is closed and announced; September in an outage, so that nothing was told; October fails, which was told."""
    world.clock.set("2026-08-12T10:00")
    decided(world, "august-accepted", "in August's report")
    decided(world, "august-accepted-medium", "in August's report", by=MATTI, user=EINO, level="MEDIUM")
    decided(world, "august-declined", "", "decline", MATTI)
    late = asked(world, "august-accepted-late", "accepted after August was closed, so in September's report", user=EINO)
    world.clock.set("2026-09-03T06:00")
    _check(world.report("august-closed-and-announced", closing("2026-09")))

    world.clock.set("2026-09-15T10:00")
    world.press(late, "accept", MAIJA)
    world.stream()
    decided(world, "september-accepted", "in September's report", level="MEDIUM")
    asked(world, "september-pending", "still pending when September was closed")
    world.clock.set("2026-10-03T06:00")
    with world.failing("", "", "http", "503"):
        _check(not world.report("september-closed-and-not-told", closing("2026-10"), attempts=3))

    world.clock.set("2026-10-12T10:00")
    decided(world, "accepted-by-button", "")
    decided(world, "declined-by-button", "", "decline", MATTI, user=EINO)
    asked(world, "pending", "")
    newcomer = decided(world, "accepted-of-a-newcomer", "", user=NEWCOMER, level="MEDIUM")
    world.press_too_late(newcomer, "decline", MATTI)
    _by_hand_after_all(world)
    world.clock.set("2026-11-03T06:00")
    with world.failing("announce_report", "", "error", "msg_blocks_too_long"):
        _check(not world.report("october-closed-and-trouble-told", closing("2026-11"), attempts=3))


def _by_hand_after_all(world: World) -> None:
    key = asked(world, "accepted-by-hand", "accepted in the table, and told")
    world.by_hand(key, status="ACCEPTED")
    world.stream()
    key = asked(world, "declined-by-hand", "declined in the table, and told")
    world.by_hand(key, status="DECLINED")
    world.stream()
    for name, steps in {
        "accepted-then-declined-by-hand": ("DECLINED",),
        "accepted-then-reopened-by-hand": ("PENDING",),
        "accepted-then-reopened-and-declined-by-hand": ("PENDING", "DECLINED"),
        "accepted-then-reopened-and-accepted-by-hand": ("PENDING", "ACCEPTED"),
    }.items():
        key = decided(world, name, "then changed in the table")
        for status in steps:
            world.by_hand(key, status=status)
            world.stream()
    key = decided(world, "declined-then-accepted-by-hand", "then changed in the table", "decline")
    world.by_hand(key, status="ACCEPTED")
    world.stream()
    key = decided(world, "edited-by-hand", "then its text and level were changed in the table", level="MEDIUM")
    world.by_hand(key, text="Someone wrote something else into the table, and there is no trace of it.", size="SMALL")
    world.stream()
    for name in ("restored-accepted", "restored-pending"):
        key = (decided if name.endswith("accepted") else asked)(
            world, name, "then deleted and copied back from a backup"
        )
        row = world.delete(key)
        world.stream()
        world.cloud.put(row)
        world.stream()


def november_reports(world: World) -> None:
    """Reports that managers asked for."""
    world.clock.set("2026-11-10T10:00")
    decided(world, "november-accepted", "in the provisional reports of November")
    _check(world.report("november-provisional-announced", world.ask_for_report("2026-11", MAIJA)))
    world.clock.set("2026-11-12T10:00")
    decided(world, "november-accepted-medium", "in the last provisional report of November", level="MEDIUM")
    _check(world.report("november-provisional-announced-again", world.ask_for_report("2026-11", MATTI)))
    _check(world.report("october-asked-again", world.ask_for_report("2026-10", MATTI)))
    event = world.ask_for_report("2026-11", MAIJA)
    _check(not world.report("asked-and-out-of-time-told", event, attempts=3, left_ms=60_000))
    event = world.ask_for_report("2026-11", MAIJA)
    with world.failing("", "", "error", "fatal_error"):
        _check(not world.report("asked-in-an-outage-and-not-told", event, attempts=3))
    event = world.ask_for_report("2026-08", MATTI)
    with world.failing("announce_report", "", "killed"):
        _check(not world.report("asked-and-killed", event))


def looked_after(world: World) -> None:
    """What the reconciler has had to do with: messages that failed three times, and those that it put away."""
    world.clock.set("2026-11-20T06:00")
    subjects = [
        _troubled(world, "failed-3-submission", "", {effect: LASTING[effect] for effect in SUBMISSION}),
        _troubled(world, "failed-3-acceptance", "accept", {effect: LASTING[effect] for effect in ACCEPTANCE}),
        _troubled(world, "failed-3-by-hand", "by hand", {"redraw_other_request": LASTING["redraw_other_request"]}),
    ]

    overtaken: list[tuple[str, Failure, str]] = [
        ("due", "error", "internal_error"),
        ("failed", "error", "user_not_found"),
    ]
    for state, failure, code in overtaken:
        what = "its confirmation had not been sent when it was accepted, which overtook it"
        key = world.register(f"put-away-{state}-confirm_submission", what)
        with world.failing("confirm_submission", key, failure, code):
            world.stream()
        world.press(key, "accept", MAIJA)
        world.stream()
    for state, failure, code in overtaken:
        what = "its request had not been sent when it was declined in the table, which overtook it"
        key = world.register(f"put-away-{state}-ask_management", what)
        with world.failing("ask_management", key, failure, code):
            world.stream()
        world.by_hand(key, status="DECLINED")
        world.stream()
    what = "accepted, and opened again in the table before it could be published"
    key = asked(world, "put-away-failed-publish", what)
    with world.failing("publish", key, "error", "is_archived"):
        world.press(key, "accept", MAIJA)
        world.stream()
    world.by_hand(key, status="PENDING")
    world.stream()

    for local, looks in (("2026-11-20T07:40", None), ("2026-11-20T09:50", 30)):
        world.clock.set(local)
        with ExitStack() as failures:
            for key in subjects:
                for effect, (failure, code) in LASTING.items():
                    failures.enter_context(world.failing(effect, key, failure, code))
            world.reconcile(looks)


def _troubled(world: World, name: str, decision: str, troubles: Troubles) -> str:
    """A contribution of which these messages fail in that way, and no others. decision: accept, decline, by hand; "": none yet."""
    what = ", ".join(f"{effect}: {failure} {value}".rstrip() for effect, (failure, value) in troubles.items())
    if not decision:
        key = world.register(name, f"registered; {what}")
    elif decision == "by hand":
        key = asked(world, name, f"accepted in the table; {what}")
        world.by_hand(key, status="ACCEPTED")
    else:
        key = asked(world, name, f"{decision}ed by button; {what}")
        world.press(key, decision, MATTI)
    with ExitStack() as failures:
        for effect, (failure, value) in troubles.items():
            failures.enter_context(world.failing(effect, key, failure, value))
        world.stream()
    return key


def this_morning(world: World) -> None:
    """The reconciler has not run since: what failed is as the stream left it."""
    world.clock.set("2026-11-20T10:00")
    passing: Troubles = {
        "confirm_submission": ("error", "internal_error"),
        "ask_management": ("limited", "120"),
        "redraw_request": ("http", "503"),
        "tell_accepted": ("error", "service_unavailable"),
        "publish": ("limited", "60"),
        "tell_declined": ("http", "503"),
        "redraw_other_request": ("error", "internal_error"),
    }
    for name, troubles in {"due": passing, "failed-1": LASTING}.items():
        _troubled(world, f"{name}-submission", "", {effect: troubles[effect] for effect in SUBMISSION})
        _troubled(world, f"{name}-acceptance", "accept", {effect: troubles[effect] for effect in ACCEPTANCE})
        _troubled(world, f"{name}-declining", "decline", {"tell_declined": troubles["tell_declined"]})
        _troubled(world, f"{name}-by-hand", "by hand", {"redraw_other_request": troubles["redraw_other_request"]})
    _troubled(world, "due-arrived-submission", "", dict.fromkeys(SUBMISSION, ("lost", "")))
    _troubled(world, "due-arrived-acceptance", "accept", dict.fromkeys(("tell_accepted", "publish"), ("lost", "")))
    deaths: dict[str, Failure] = {"killed": "killed", "killed-arrived": "killed_after"}
    for name, death in deaths.items():
        _troubled(world, f"{name}-submission", "", dict.fromkeys(SUBMISSION, (death, "")))
        _troubled(world, f"{name}-acceptance", "accept", dict.fromkeys(("redraw_request", "publish"), (death, "")))
        _troubled(world, f"{name}-acceptance-message", "accept", {"tell_accepted": (death, "")})
        _troubled(world, f"{name}-declining", "decline", {"tell_declined": (death, "")})
        _troubled(world, f"{name}-by-hand", "by hand", {"redraw_other_request": (death, "")})
    _troubled(world, "request-deleted", "accept", {"redraw_request": ("error", "message_not_found")})
    _twice_asked(world)
    _not_begun(world)

    key = _troubled(world, "gone", "accept", {"publish": LASTING["publish"]})
    world.delete(key)
    world.stream()
    key = _troubled(world, "unreadable-record", "accept", {"publish": ("error", "internal_error")})
    spoiled = {
        "id": {"S": f"contribution#{key}"},
        "effect": {"S": "publish"},
        "state": {"S": "SNET"},
        "attempts": {"N": "1"},
    }
    world.cloud.put_item(spoiled, "ledger")


def _twice_asked(world: World) -> None:
    for name, copy in (("asked-twice-pending", None), ("asked-twice-accepted-on-the-unknown-copy", 0)):
        what = "Slack posted the request, the answer was lost, and the stream posted it again"
        key = world.register(name, what)
        with world.failing("ask_management", key, "lost", times=1):
            world.stream()
        world.stream_again(key)
        if copy is not None:
            world.press(key, "accept", MAIJA, copy)
            world.stream()


def _not_begun(world: World) -> None:
    """Changes that no lane has heard of, or only one."""
    for lane, left in (("direct", "channels"), ("channels", "direct")):
        world.register(f"only-{lane}-submission", f"registered; the {left} lane has not run")
        world.stream(lane)
        for action in ("accept", "decline"):
            key = asked(world, f"only-{lane}-{action}", f"{action}ed by button; the {left} lane has not run")
            world.press(key, action, MATTI)
            world.stream(lane)
    pressed = {
        action: asked(world, f"not-begun-{action}-by-button", f"{action}ed by button; no lane has run since")
        for action in ("accept", "decline")
    }
    changed = asked(world, "not-begun-accept-by-hand", "accepted in the table; no lane has run since")
    for action, key in pressed.items():
        world.press(key, action, MAIJA)
    world.by_hand(changed, status="ACCEPTED")
    world.register("not-begun-pending", "registered; no lane has run", user=EINO)
    key = world.register(
        "not-begun-registered-and-accepted", "registered, then accepted in the table; no lane has run", user=EINO
    )
    world.by_hand(key, status="ACCEPTED")
    key = world.register(
        "not-begun-registered-and-declined", "registered, then declined in the table; no lane has run", user=EINO
    )
    world.by_hand(key, status="DECLINED")
    world.put("not-begun-original-pending", "a row of the original that was copied in a moment ago",
              a_row(EINO, "2026-11-02T09:00", "PENDING", size="LARGE"))  # fmt: skip
    world.put("not-begun-imported-decided", "imported, and decided in the table later; no lane has run",
              a_row(EINO, "2026-10-02T09:00", "DECLINED", importedAt=ms("2026-10-05T08:00"),
                    decidedBy=MATTI, decidedAt=ms("2026-11-19T15:00")))  # fmt: skip
    world.stream_stands_still()


def at_this_moment(world: World) -> None:
    """Senders at work: their leases are running."""
    world.clock.set("2026-11-20T11:50")
    pending = {effect: asked(world, f"running-{effect}", f"accepted by button; its {effect} is being sent")
               for effect in ("tell_accepted", "publish")}  # fmt: skip
    confirming = world.register("running-confirm_submission", "its confirmation is being sent")
    world.clock.set("2026-11-20T11:55")
    event = world.ask_for_report("2026-09", MATTI)
    with world.failing("announce_report", "", "killed"):
        _check(not world.report("asked-and-running", event))
    for key in pending.values():
        world.press(key, "accept", MAIJA)
    world.clock.set("2026-11-20T11:59:30")
    with world.failing("confirm_submission", confirming, "killed"):
        world.stream(of=confirming)
    for effect, key in pending.items():
        with world.failing(effect, key, "killed"):
            world.stream(of=key)
    world.clock.set(NOW)


def _check(done: bool) -> None:
    if not done:
        raise RuntimeError("the story went another way")


def story(world: World) -> dict[str, Any]:
    """Everything, in its order. Answers the fixture."""
    before_ossi(world)
    three_months(world)
    november_reports(world)
    looked_after(world)
    this_morning(world)
    at_this_moment(world)
    world.expire()
    fixture = world.dump()
    world.expect(fixture)
    return {
        **fixture,
        "settings": {name: os.environ[name] for name in SETTINGS},
        "expected_reports": {month: paid_in(world, month) for month in ("2026-08", "2026-09", "2026-10", "2026-11")},
    }


def paid_in(world: World, month: str) -> dict[str, Any]:
    """What the old version reports for a month once Slack is well: closed ones again, and November on its day."""
    if month == "2026-11":
        world.clock.set("2026-12-03T06:00")
    event = closing("2026-12") if month == "2026-11" else world.ask_for_report(month, MAIJA)
    known = set(world.cloud.reports())
    _check(world.report(f"expected-{month}", event))
    (content,) = [each for name, each in world.cloud.reports().items() if name.endswith("json") and name not in known]
    rows = json.loads(content)["contributions"]
    paid = {
        f"{row['slack_id']} {row['timestamp']}": Decimal(str(row["amount"]))
        for row in rows
        if row["amount"] is not None
    }
    return {
        "rows": dict(Counter(row["status"] for row in rows)),
        "paid": {name: f"{amount:.2f}" for name, amount in paid.items()},
        "total": f"{sum(paid.values()):.2f}",
    }


def readable(fixture: dict[str, Any]) -> str:
    """JSON with an item, or a part of a case, on each line."""

    def lines(value: Any, depth: int, indent: str = "") -> str:
        if depth == 0 or not value or not isinstance(value, dict | list):
            return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        within = f"{indent} "
        if isinstance(value, dict):
            pairs = sorted(cast("dict[str, Any]", value).items())
            parts = [f"{within}{json.dumps(name)}: {lines(each, depth - 1, within)}" for name, each in pairs]
            return "{\n" + ",\n".join(parts) + f"\n{indent}}}"
        parts = [within + lines(each, depth - 1, within) for each in cast("list[Any]", value)]
        return "[\n" + ",\n".join(parts) + f"\n{indent}]"

    return lines(fixture, 3) + "\n"


def main(checkout: str, output: str) -> None:
    """Tells the story and writes the fixture."""

    def tell(world: World) -> None:
        Path(output).write_text(readable(story(world)), encoding="utf-8")

    old_world(Path(checkout), tell)


if __name__ == "__main__":
    main(*sys.argv[1:])

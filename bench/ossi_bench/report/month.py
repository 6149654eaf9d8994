"""A month of made-up contributions, all accepted, the same every time."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

MONTH = "2026-10"
_A_PERSON = 20  # contributions
_BEGINS_MS = int(datetime(2026, 10, 1, tzinfo=UTC).timestamp() * 1000)
_DAY_MS = 86_400_000
_LEVELS = ("NO_COMPENSATION", "COMPETENCE_DEVELOPMENT", "SMALL", "SMALL", "SMALL", "MEDIUM")
_FIRST_NAMES = ("Aino", "Eino", "Helmi", "Kaarlo", "Sofía", "Jürgen", "Mei", "Oluwaseun", "Þórunn", "Władysław")
_LAST_NAMES = (
    "Lahti",
    "Mäki",
    "Virtanen",
    "af Björksten",
    "O'Brien",
    "García-López",
    "Nguyễn",
    "Smith",
    "Ng",
    "Kowalski",
)
_WORDS = (
    "fixed", "added", "documented", "rewrote", "removed", "the", "a", "an", "of", "in", "for", "with", "when", "that",
    "parser", "driver", "pool", "cache", "retry", "schema", "index", "connection", "pagination", "test", "release", "benchmark",
    "translation", "Finnish", "käännös", "größere", "migration", "plugin", "upstream", "maintainers", "reviewed", "merged",
    "race", "deadlock", "timeout", "leak", "crash", "regression", "example", "tutorial", "<T>", "&&", "C++", "naïve", "flag",
    "default", "API",
)  # fmt: skip


def stored_rows(count: int) -> Iterator[dict[str, Any]]:
    """So many rows as the table has them: a description of about 120 characters, now and then in paragraphs, and an address."""
    random = Random(count)  # noqa: S311 - nobody is to be kept from guessing
    people = [f"U0{number:07d}" for number in range(max(count // _A_PERSON, 1))]
    names = {
        user_id: f"{random.choice(_FIRST_NAMES)} {random.choice(_LAST_NAMES)} {number}"
        for number, user_id in enumerate(people)
    }
    for number in range(count):
        user_id = random.choice(people)
        submitted = _BEGINS_MS + random.randrange(28 * _DAY_MS)
        yield {
            "userId": user_id,
            "timestamp": submitted,
            "status": "ACCEPTED",
            "size": random.choice(_LEVELS),
            "text": _description(random),
            "name": names[user_id],
            "url": f"https://github.com/{random.choice(_WORDS[:12])}/{random.choice(_WORDS[12:30])}/pull/{number}",
            "contributionMonth": MONTH,
            "decidedBy": f"U0MANAGER{random.randrange(5)}",
            "decidedAt": submitted + random.randrange(2 * _DAY_MS),
            "decidedIn": {"channel": "C0MANAGERS", "ts": f"{submitted // 1000}.{number % 1_000_000:06d}"},
            "submissionId": f"V0{number:09d}",
        }


def write_rows(path: Path, count: int) -> None:
    """The rows as JSON, one a line, for subjects of every language."""
    with path.open("w", encoding="utf-8") as file:
        for row in stored_rows(count):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _description(random: Random) -> str:
    length = 50 + int(random.expovariate(1 / 70))
    text = random.choice(_WORDS).capitalize()
    while len(text) < length:
        text += random.choice((" ",) * 40 + (". ", ", ", "\n")) + random.choice(_WORDS)
    return text

"""The report's link: a redirect to a short-lived address, for seven days and for nothing but its own file."""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import pytest

from integration.functions.cloud import BUCKET, LINK_KEY, REGION, Cloud
from integration.functions.events import Context, download_event
from ossi.domain.links import LINK_LIFE, signed_path
from ossi_download import bootstrap
from ossi_download.handler import handler

NAME = "ossi-2026-10-20261103T040000Z-0123456789abcdef.xlsx"


def token_for(name: str = NAME, *, left: timedelta = LINK_LIFE, key: str = LINK_KEY) -> str:
    return signed_path(name, datetime.now(UTC) + left, key).partition("token=")[2]


def fetch(name: str, token: str | None, method: str = "GET") -> dict[str, Any]:
    return handler(download_event(name, token, method), Context())


def standing_at(moment: datetime) -> type[datetime]:
    """datetime whose present moment is always the same."""

    class Standing(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(moment.timestamp(), tz)

    return Standing


def assert_leads_nowhere(answer: dict[str, Any], status: int) -> None:
    assert answer["statusCode"] == status
    assert "location" not in answer["headers"]
    assert answer["headers"]["content-type"] == "text/html; charset=utf-8"
    assert answer["headers"]["cache-control"] == "no-store"
    assert "<h1>" in answer["body"]
    assert "/ossi report YYYY-MM" in answer["body"]
    assert 'lang="en"' in answer["body"]
    assert "<title>" in answer["body"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_link_redirects_to_an_address_that_s3_serves_for_a_minute(cloud: Cloud, method: str) -> None:
    cloud.s3.put_object(Bucket=BUCKET, Key=f"reports/{NAME}", Body=b"workbook")
    answer = fetch(NAME, token_for(), method)
    assert answer["statusCode"] == 302
    assert answer["body"] == ""
    assert answer["headers"]["cache-control"] == "no-store"
    assert answer["headers"]["referrer-policy"] == "no-referrer"
    location = urlsplit(str(answer["headers"]["location"]))
    query = parse_qs(location.query)
    assert (location.scheme, location.netloc, location.path) == (
        "https", f"{BUCKET}.s3.{REGION}.amazonaws.com", f"/reports/{NAME}",
    )  # fmt: skip
    assert query["X-Amz-Expires"] == ["60"]
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    expected = ['attachment; filename="ossi-2026-10.xlsx"'] if method == "GET" else None
    assert query.get("response-content-disposition") == expected


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_every_kind_of_file_is_saved_under_its_own_name(cloud: Cloud, suffix: str) -> None:
    assert cloud.reports() == {}
    name = NAME.replace("xlsx", suffix)
    location = urlsplit(str(fetch(name, token_for(name))["headers"]["location"]))
    assert location.path == f"/reports/{name}"
    assert parse_qs(location.query)["response-content-disposition"] == [f'attachment; filename="ossi-2026-10.{suffix}"']


def test_the_two_methods_are_signed_each_for_itself(cloud: Cloud) -> None:
    def signed(method: str) -> str:
        return parse_qs(urlsplit(str(fetch(NAME, token_for(), method)["headers"]["location"])).query)[
            "X-Amz-Signature"
        ][0]

    assert cloud.reports() == {}
    assert signed("GET") != signed("HEAD")


def test_a_link_works_until_its_last_second(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cloud.reports() == {}
    token = token_for(left=timedelta(0))
    end = datetime.fromtimestamp(int(token.partition(".")[0]), UTC)
    monkeypatch.setattr(bootstrap, "datetime", standing_at(end - timedelta(milliseconds=1)))
    assert fetch(NAME, token)["statusCode"] == 302
    monkeypatch.setattr(bootstrap, "datetime", standing_at(end))
    assert_leads_nowhere(fetch(NAME, token), 410)


def test_an_expired_link_says_so(cloud: Cloud) -> None:
    assert cloud.reports() == {}
    answer = fetch(NAME, token_for(left=timedelta(seconds=-1)))
    assert_leads_nowhere(answer, 410)
    assert "seven days" in answer["body"]


ALTERED: dict[str, tuple[str, str | None]] = {
    "no token": (NAME, None),
    "an empty token": (NAME, ""),
    "a truncated token": (NAME, token_for()[:-1]),
    "a token of another file": (NAME, token_for("ossi-2026-09-x.xlsx")),
    "a later date": (NAME, f"{int(token_for()[:10]) + 1}{token_for()[10:]}"),
    "another key": (NAME, token_for(key="a guess")),
    "another file": (NAME.replace("2026-10", "2026-09"), token_for()),
    "another kind of file": (NAME.replace("xlsx", "csv"), token_for()),
    "a path": ("../secret", token_for("../secret")),
    "not ASCII": (NAME, "ääkköset"),
    "nothing at all": ("", ""),
}


@pytest.mark.parametrize(("name", "token"), ALTERED.values(), ids=ALTERED.keys())
def test_an_altered_link_leads_nowhere(cloud: Cloud, name: str, token: str | None) -> None:
    assert cloud.reports() == {}
    answer = fetch(name, token)
    assert_leads_nowhere(answer, 404)
    for hint in ("signature", "expired", "key", NAME):
        assert hint not in answer["body"].lower(), "whoever tries links learns nothing"


def test_a_request_without_a_name(cloud: Cloud) -> None:
    assert cloud.reports() == {}
    event = download_event(NAME, token_for())
    del event["pathParameters"]
    assert_leads_nowhere(handler(event, Context()), 404)

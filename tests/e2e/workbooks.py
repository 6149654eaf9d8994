"""The report as people get it: the announcement, its link, the file behind it."""

from __future__ import annotations

import io
from typing import Any

import httpx
import openpyxl

from e2e.driving import Ossi
from local_slack.control_models import MessageRead

Cells = dict[str, Any]


def announcement(ossi: Ossi, before: int = 0) -> MessageRead:
    """The report's message in the management channel, once it has come; `before`: so many came earlier."""

    def found() -> MessageRead | None:
        messages = [
            each
            for each in ossi.requests()
            if "report" in each.text and not {act.action_id for act in each.actions} - {"close_month"}
        ]
        return messages[before] if len(messages) > before else None

    return ossi.wait(found, "the report")


def link_in(message: MessageRead, suffix: str = "xlsx") -> str:
    """The address of the workbook, or of the file with another suffix."""
    links = [act.value for act in message.acts if act.kind == "link" and act.where == "blocks"]
    (link,) = (link for link in links if f".{suffix}?" in link)
    return link


def fetch(link: str, method: str = "GET") -> httpx.Response:
    """Follows a link as a browser does."""
    return httpx.request(method, link, follow_redirects=True, trust_env=False, timeout=20)


def sheet(content: bytes, title: str) -> list[Cells]:
    """The rows of a sheet as column title -> cell."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    header, *rows = book[title].iter_rows()
    titles = [str(cell.value) for cell in header]
    return [dict(zip(titles, row, strict=True)) for row in rows]

"""The page: a workspace in the browser. Static files of our own, under a policy that lets nothing else run."""

from importlib import resources
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_STATIC: Final = Path(str(resources.files("local_slack") / "static"))
# No inline script or style, nothing from elsewhere but pictures: what a bot sends can name a picture anywhere.
_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: http: https:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # Another version of the playground may answer at the same address in a minute.
    "Cache-Control": "no-cache",
}


class _Files(StaticFiles):
    """The files, each with the page's headers."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(_HEADERS)
        return response


async def _page(_request: Request) -> Response:
    return FileResponse(_STATIC / "index.html", media_type="text/html", headers=_HEADERS)


def routes() -> list[BaseRoute]:
    """The page at `/`, at the address of every message, and its files."""
    return [
        Route("/", _page, methods=["GET"]),
        Route("/archives/{channel}/{message}", _page, methods=["GET"]),
        Mount("/static", _Files(directory=_STATIC)),
    ]

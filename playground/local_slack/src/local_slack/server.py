"""The local Slack as a server: one process-wide thread with an event loop, on the loopback address only."""

import asyncio
import contextlib
import errno
import os
import socket
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from local_slack import page
from local_slack.control_api import ControlApi
from local_slack.errors import LocalSlackError, PortInUseError
from local_slack.event_bus import EventBus
from local_slack.events import EventStream
from local_slack.failures import Failures, RateLimiter
from local_slack.inspector import Inspector, InspectorApi
from local_slack.outbound import BotLine, new_client
from local_slack.payloads import Payloads
from local_slack.persistence import SavedBeforeAnswered, Saver, load_state
from local_slack.queries import Queries
from local_slack.seed import Seed
from local_slack.submitting import Submitting
from local_slack.traffic import Traffic
from local_slack.user_actions import UserActions
from local_slack.views import Views
from local_slack.web_api import TRANSPORT, WebApi
from local_slack.workspace import Clock, Workspace

HOST: Final = "127.0.0.1"
_START_SECONDS: Final = 10


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it listens."""

    def __init__(self, config: uvicorn.Config, listening: threading.Event) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._listening.set()


class _LeaveConnection:
    """The outermost layer: leaves uvicorn's connection in the scope, for answers that cut it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # `send` is a bound method of the object that holds the connection; the layers further in wrap it.
        scope[TRANSPORT] = getattr(send, "__self__", None)
        await self._app(scope, receive, send)


class SlackServer:
    """The local Slack. Use it as a context manager, or call `start` and `stop`.

    `seed` is the workspace it starts with. `port` 0 takes a free one; `url` says which. `clock` gives seconds since the
    epoch (tests move it to let triggers and response URLs expire; it also stamps the signatures). `state_file` keeps the
    workspace between runs; what's answered is in it, even if the process is killed. `answer_seconds` is how long the bot may
    take for an answer (Slack: 3). `inspector` looks at the bot's side for the page's inspector pane.
    """

    def __init__(
        self,
        seed: Seed,
        *,
        port: int = 0,
        clock: Clock = time.time,
        state_file: Path | None = None,
        answer_seconds: float | None = None,
        inspector: Inspector | None = None,
    ) -> None:
        self.seed = seed
        self._port = port
        self._clock = clock
        self._state_file = state_file
        self._answer_seconds = answer_seconds
        self._inspector = inspector
        self._workspace: Workspace | None = None
        self._thread: threading.Thread | None = None
        self._server: _Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._line: BotLine | None = None
        self._listening = threading.Event()
        self._stopping = asyncio.Event()
        self._crash: BaseException | None = None

    @property
    def url(self) -> str:
        """The address of the server, without a slash at its end."""
        return f"http://{HOST}:{self._port}"

    @property
    def api_url(self) -> str:
        """The base of the Web API, as slack_sdk's `base_url` wants it."""
        return f"{self.url}/api/"

    @property
    def control_url(self) -> str:
        """The base of the control API."""
        return f"{self.url}/_control"

    def start(self) -> Self:
        """Listen and serve; returns when the server answers.

        Raises `PortInUseError` when the port is taken, `StateFileError` for a state file that cannot be read.
        """
        if self._thread is not None:
            raise LocalSlackError("the local Slack runs already")
        listener = _listen(self._port)
        # An event belongs to the loop that first waits for it, and every start makes a new loop.
        self._stopping = asyncio.Event()
        self._crash = None
        try:
            self._port = int(listener.getsockname()[1])
            prepared = self._prepare()
        except BaseException:
            listener.close()
            raise
        self._thread = threading.Thread(target=self._run, args=(listener, *prepared), name="local-slack", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._listening.wait(0.05):
            if not self._thread.is_alive() or time.monotonic() > deadline:
                self.stop()
                raise LocalSlackError("the local Slack did not start")
        return self

    def stop(self) -> None:
        """Stop serving, save the state, and return when all is over. Does nothing when it does not run.

        Raises `LocalSlackError` when the server had failed, or fails at saving.
        """
        if self._thread is None:
            return
        if self._server is not None:
            self._server.should_exit = True
        if self._loop is not None:
            # A loop that closed by itself takes no more calls, and needs none.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._thread = self._server = self._loop = self._line = self._workspace = None
        self._listening.clear()
        if self._crash is not None:
            raise LocalSlackError(f"the local Slack failed: {self._crash}") from self._crash

    def configure_app(
        self, *, slash_url: str | None = None, interactions_url: str | None = None, events_url: str | None = None
    ) -> None:
        """Tell the server, from any thread, where the bot is; what is not given stays as it was."""
        loop, line = self._loop, self._line
        if loop is None or line is None:
            raise LocalSlackError("the local Slack does not run")

        async def enter() -> None:
            line.slash_url = slash_url or line.slash_url
            line.interactions_url = interactions_url or line.interactions_url
            line.events_url = events_url or line.events_url

        asyncio.run_coroutine_threadsafe(enter(), loop).result(timeout=5)

    def tell(self, kind: str) -> None:
        """Tell the pages, from any thread, that something on the bot's side has changed; nothing where it does not run."""
        loop, workspace = self._loop, self._workspace
        if loop is None or workspace is None:
            return
        # A loop that closes just now has nobody left to tell.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(workspace.bus.publish, kind)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _prepare(self) -> tuple[Workspace, Saver | None]:
        state = load_state(self._state_file) if self._state_file is not None else None
        workspace = Workspace(self.seed, self._clock, EventBus(), state)
        return workspace, Saver(workspace, self._state_file) if self._state_file is not None else None

    def _run(self, listener: socket.socket, workspace: Workspace, saver: Saver | None) -> None:
        try:
            asyncio.run(self._serve(listener, workspace, saver))
        except BaseException as crash:  # noqa: BLE001 - handed to start() or stop(), which run in another thread
            self._crash = crash
        finally:
            listener.close()

    async def _serve(self, listener: socket.socket, workspace: Workspace, saver: Saver | None) -> None:
        async with new_client() as client:
            seed = self.seed
            traffic = Traffic(workspace.bus, (seed.bot_token, seed.signing_secret, seed.verification_token))
            line = BotLine(client, seed.signing_secret, traffic, self._clock)
            if self._answer_seconds is not None:
                line.answer_seconds = self._answer_seconds
            application: ASGIApp = self._application(workspace, line, traffic)
            if saver is not None:
                application = SavedBeforeAnswered(application, saver)
            config = uvicorn.Config(
                _LeaveConnection(application),
                http="h11",
                ws="none",
                loop="asyncio",
                lifespan="off",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=2,
            )
            self._loop, self._line, self._workspace = asyncio.get_running_loop(), line, workspace
            self._server = _Server(config, self._listening)
            with saver.watching() if saver is not None else contextlib.nullcontext():
                await self._server.serve(sockets=[listener])
            if saver is not None:
                saver.save_now()

    def _application(self, workspace: Workspace, line: BotLine, traffic: Traffic) -> Starlette:
        views = Views(workspace)
        queries = Queries(workspace, views, self.url)
        payloads = Payloads(workspace, views)
        failures, rate = Failures(), RateLimiter(self._clock)
        web = WebApi(workspace, views, queries, traffic, failures, rate, self._stopping)
        user_actions = UserActions(workspace, views, payloads, line, queries)
        submitting = Submitting(views, payloads, line, queries)
        control = ControlApi(
            workspace,
            views,
            line,
            queries,
            user_actions,
            submitting,
            traffic,
            failures,
            rate,
            has_inspector=self._inspector is not None,
        )
        events = EventStream(workspace, queries, self._stopping)
        inspected = InspectorApi(self._inspector)
        routes = [*web.routes(), *control.routes(), *events.routes(), *inspected.routes(), *page.routes()]
        return Starlette(routes=routes)


def _listen(port: int) -> socket.socket:
    # asyncio switches Nagle's delay (40 ms an answer) off only for sockets that name their protocol.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    # A port that was just given up may be taken again; one that somebody listens on may not.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        reason = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used ({os.strerror(error.errno or 0)})"
        raise PortInUseError(f"port {port} on {HOST} {reason}: name another one, or end what listens there") from error
    return listener

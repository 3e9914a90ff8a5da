"""The live server: the built book, and beside it what the panel asks for."""

from __future__ import annotations

import asyncio
import json
import secrets
import shlex
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route
from starlette.types import ASGIApp

from evidence.files.paths import project_root
from evidence_book.live.book_files import OWN, find_file, theme_file, with_panel
from evidence_book.live.child import Message
from evidence_book.live.guard import Guard
from evidence_book.live.session import Asked, Session
from evidence_book.live.watching import watch

_HERE = Path(__file__).parent
_SCRIPTS = {"live.js": "text/javascript", "live.css": "text/css"}
# What a name of a parameter and its value may have, in an address or on a command line.
_MOST_SET, _LONGEST_NAME, _LONGEST_TEXT = 100, 100, 2000


def live_app(
    session: Session, pages: frozenset[str], token: str, hosts: tuple[str, ...]
) -> ASGIApp:
    """Return the application.

    Parameters
    ----------
    session : Session
        Runs pages and tells of edits; it is started and stopped with the application.
    pages : frozenset of str
        Names of the pages that have a notebook.
    token : str
        First part of every address.
    hosts : tuple of str
        What a browser may call this server.
    """
    answers = _Answers(session, pages)

    @asynccontextmanager
    async def living(_: Starlette) -> AsyncIterator[None]:
        session.start()
        watching = asyncio.create_task(watch(session))
        yield
        watching.cancel()
        session.stop()

    routes = [
        Route(f"/{OWN}/panel", answers.panel, methods=["GET"]),
        Route(f"/{OWN}/run", answers.run, methods=["POST"]),
        Route(f"/{OWN}/keep", answers.keep, methods=["POST"]),
        Route(f"/{OWN}/news", answers.news, methods=["GET"]),
        Route(f"/{OWN}/{{name}}", answers.script, methods=["GET"]),
        Route("/{path:path}", answers.file, methods=["GET"]),
    ]
    return Guard(Starlette(routes=routes, lifespan=living), token, hosts)


class _Answers:
    """What each address answers."""

    def __init__(self, session: Session, pages: frozenset[str]) -> None:
        self._session = session
        self._pages = pages

    async def file(self, request: Request) -> Response:
        """Return a file of the built book."""
        path = request.path_params["path"]
        if not path:
            return RedirectResponse(f"{request.scope['root_path']}/index.html")
        found = find_file(self._session.html, path)
        if found is None:
            raise HTTPException(404, "The book has no such file.")
        if found.suffix != ".html":
            return FileResponse(theme_file(path) or found)
        name = path.removesuffix(".html").removeprefix("chapters/")
        page = name if name in self._pages else ""
        html = self._session.draft(name)
        html = html or await run_in_threadpool(found.read_text, encoding="utf-8")
        return HTMLResponse(with_panel(html, page, path.count("/")))

    async def script(self, request: Request) -> Response:
        """Return the script or the style of the panel."""
        name = request.path_params["name"]
        if name not in _SCRIPTS:
            raise HTTPException(404, "The book has no such file.")
        return FileResponse(_HERE / name, media_type=_SCRIPTS[name])

    async def panel(self, request: Request) -> Response:
        """Return the parameters of a page."""
        return JSONResponse(await self._session.panel(self._page(request.query_params)))

    async def run(self, request: Request) -> Response:
        """Return a line for each step of a run, the last with the page."""
        given = await _json(request)
        page = self._page(given)
        runs = given.get("runs")
        if not isinstance(runs, list) or not 1 <= len(runs) <= 2:
            raise HTTPException(400, "Expected one run, or two to be compared.")
        asked = [_asked(one) for one in runs]
        return StreamingResponse(_lines(self._session.run(page, asked)), media_type="text/plain")

    async def keep(self, request: Request) -> Response:
        """Make the variant that `evidence run` makes; return what it says."""
        given = await _json(request)
        words = [f"--set={name}={text}" for name, text in _asked(given.get("set")).items()]
        command = ["run", self._page(given), *words, *self._session.data_words]
        if len(command) == 2:
            raise HTTPException(400, "Expected a parameter that is set: this page is published.")
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "evidence_book", *command, cwd=project_root(),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        try:
            said, _ = await process.communicate()
        except asyncio.CancelledError:
            with suppress(ProcessLookupError):
                process.terminate()
            raise
        lines = said.decode(errors="replace").strip().splitlines()
        made = lines[-1] if lines and process.returncode == 0 else ""
        with suppress(ValueError):
            made = str(Path(made).relative_to(project_root())) if made else ""
        words = [word.removeprefix("--set=") for word in command]
        return JSONResponse(
            {"made": made, "said": lines, "command": shlex.join(["evidence", *words])}
        )

    async def news(self, request: Request) -> Response:
        """Return what becomes of edits, as server-sent events."""
        page = request.query_params.get("page", "")

        async def events() -> AsyncIterator[str]:
            async for message in self._session.news(page if page in self._pages else ""):
                yield f"data: {json.dumps(message)}\n\n"

        return StreamingResponse(events(), media_type="text/event-stream")

    def _page(self, given: Mapping[str, Any]) -> str:
        page = given.get("page")
        if not isinstance(page, str) or page not in self._pages:
            raise HTTPException(404, "Expected the name of a page with a notebook.")
        return page


async def _json(request: Request) -> dict[str, Any]:
    try:
        given = await request.json()
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise HTTPException(400, "Expected a JSON object.")
    return given


def _asked(given: object) -> Asked:
    """Return texts by parameter, which may be wrong, but are no more than that."""
    fine = (
        isinstance(given, dict)
        and len(given) <= _MOST_SET
        and all(
            isinstance(text, str)
            and len(text) <= _LONGEST_TEXT
            and len(name) <= _LONGEST_NAME
            and name.isidentifier()
            and name.isascii()
            for name, text in given.items()
        )
    )
    if not fine:
        raise HTTPException(400, "Expected the names of parameters, each with a text.")
    assert isinstance(given, dict)
    return given


async def _lines(messages: AsyncIterator[Message]) -> AsyncIterator[str]:
    async for message in messages:
        yield json.dumps(message) + "\n"


def serve_book(
    session: Session, pages: frozenset[str], port: int, say: Callable[[str], None]
) -> None:
    """Serve until the process is told to end.

    Parameters
    ----------
    session : Session
        What is served.
    pages : frozenset of str
        Names of the pages that have a notebook.
    port : int
        Port of the loopback address; 0 for any that is free.
    say : callable
        Called with the address once it answers.

    Raises
    ------
    OSError
        Where the port is taken.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    # Whoever opens the address before the server is ready waits for it.
    listening.listen(128)
    port = listening.getsockname()[1]
    token = secrets.token_urlsafe(24)
    hosts = tuple(f"{name}:{port}" for name in ("127.0.0.1", "localhost"))
    config = uvicorn.Config(
        live_app(session, pages, token, hosts), log_level="error", access_log=False,
        timeout_graceful_shutdown=1, server_header=False, date_header=False,
        lifespan="on", http="h11", ws="none",
    )  # fmt: skip
    server = _Server(config, session)
    # Its terminal is closed; uvicorn listens to Ctrl-C and SIGTERM.
    signal.signal(signal.SIGHUP, server.handle_exit)
    say(f"http://127.0.0.1:{port}/{token}/")
    server.run([listening])


class _Server(uvicorn.Server):
    """A server that ends though browsers listen to what becomes of edits."""

    def __init__(self, config: uvicorn.Config, session: Session) -> None:
        super().__init__(config)
        self._session = session

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end."""
        self._session.close_news()
        super().handle_exit(sig, frame)

"""A process of the live server: asked and answering in JSON, an object a line.

Both ends are here. A process answers one request at a time with any number of lines, the last of
which has `"last": true`; meanwhile it hears `{"cancel": true}`. It ends when the server ends,
killed or not, for then its socket closes.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from types import MappingProxyType
from typing import Any

from evidence.files.paths import build_folder, project_root

Message = dict[str, Any]
Tell = Callable[[Message], None]
# A page with all its figures.
_LONGEST = 2**27
# Lines of a traceback that name the file, the line and the mistake.
_SHOWN = 6


class EndedError(RuntimeError):
    """A process that ended before it had answered."""


class Child:
    """A process, seen from the server.

    Parameters
    ----------
    module : str
        Module of `evidence_book.live` that calls `answer`.
    variables : mapping
        Environment variables beside those of this process.
    """

    def __init__(self, module: str, variables: Mapping[str, str] = MappingProxyType({})) -> None:
        own, its = socket.socketpair()
        self._log = build_folder() / f"live-{module}.log"
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with its, self._log.open("wb") as stream:
            # A session of its own: Ctrl-C in a terminal reaches the server alone.
            self._process = subprocess.Popen(  # noqa: S603 - every word of the command is ours
                [sys.executable, "-m", f"evidence_book.live.{module}", str(its.fileno())],
                cwd=project_root(), stdin=subprocess.DEVNULL, stdout=stream, stderr=stream,
                pass_fds=(its.fileno(),), start_new_session=True,
                env={**os.environ, "NO_COLOR": "1", "PYTHONWARNINGS": "ignore", **variables},
            )  # fmt: skip
        self._socket = own
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._free = asyncio.Lock()
        self._pumps: set[asyncio.Task[None]] = set()
        self._asking: asyncio.Task[Any] | None = None

    @property
    def waiting(self) -> int:
        """How many requests are being answered or wait for it."""
        return len(self._pumps)

    async def ask(self, **request: Any) -> AsyncIterator[Message]:
        """Yield the answers to a request; where nobody listens any more, it is cancelled.

        Raises
        ------
        EndedError
            Where the process ends meanwhile.
        """
        answers: asyncio.Queue[Message | EndedError] = asyncio.Queue()
        # A task of its own: whoever leaves must not leave half an answer behind.
        pump = asyncio.create_task(self._pump(request, answers))
        self._pumps.add(pump)
        pump.add_done_callback(self._pumps.discard)
        last = False
        try:
            while not last:
                answer = await answers.get()
                if isinstance(answer, EndedError):
                    raise answer
                last = answer.pop("last", False)
                yield answer
        finally:
            if not last:
                self._cancel(pump)

    async def _pump(self, request: Message, answers: asyncio.Queue[Message | EndedError]) -> None:
        """Put every answer to a request into a queue."""
        async with self._free:
            self._asking = asyncio.current_task()
            try:
                reader, writer = await self._connected()
                writer.write(json.dumps(request).encode() + b"\n")
                last = False
                while not last:
                    answer = await self._read(reader)
                    last = answer.get("last", False)
                    answers.put_nowait(answer)
            except EndedError as error:
                answers.put_nowait(error)
            finally:
                self._asking = None

    def _cancel(self, pump: asyncio.Task[None]) -> None:
        """Give up a request: before it is sent, or by word to the process that answers it."""
        if pump is not self._asking:
            pump.cancel()
        elif self._streams is not None:
            self._streams[1].write(b'{"cancel": true}\n')

    async def last_answer(self, **request: Any) -> Message:
        """Return the last answer to a request."""
        return [answer async for answer in self.ask(**request)][-1]

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(sock=self._socket, limit=_LONGEST)
        return self._streams

    async def _read(self, reader: asyncio.StreamReader) -> Message:
        try:
            line = await reader.readline()
        except (OSError, ValueError) as error:
            raise EndedError(str(error)) from None
        if not line:
            raise EndedError(self._last_words())
        answer: Message = json.loads(line)
        return answer

    def _last_words(self) -> str:
        """Return the end of what the process has said, with files as the project names them."""
        said = self._log.read_text(encoding="utf-8", errors="replace")
        said = said.replace(f"{project_root()}{os.sep}", "")
        return "\n".join(said.splitlines()[-_SHOWN:]) or "the process was killed"

    def kill(self) -> None:
        """End the process, with what it has started."""
        with suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        if self._streams is not None:
            with suppress(RuntimeError):
                self._streams[1].close()
        else:
            self._socket.close()
        self._process.wait()


class Handler:
    """What a process does with requests."""

    def handle(self, request: Mapping[str, Any], tell: Tell) -> Message:
        """Return the last answer to a request; `tell` gives those before it."""
        raise NotImplementedError

    def cancel(self) -> None:
        """Give up the request that is being handled, which another thread asks for."""

    def idle(self) -> None:
        """Do what makes the next answer faster, after each one."""


def answer(make: Callable[[], Handler]) -> None:
    """Answer the requests on the socket whose descriptor is the first argument, until it closes.

    Parameters
    ----------
    make : callable
        Makes what handles them; this may take long, and ends with the server like all else.
    """
    connection = socket.socket(fileno=int(sys.argv[1]))
    connection.set_inheritable(False)
    stream = connection.makefile("rb")
    requests: SimpleQueue[Message] = SimpleQueue()
    made: list[Handler] = []

    def listen() -> None:
        with suppress(OSError):
            for line in stream:
                request = json.loads(line)
                if "cancel" not in request:
                    requests.put(request)
                elif made:
                    made[0].cancel()
        # The server has ended; what was forked from here ends with its own socket.
        os.killpg(0, signal.SIGKILL)

    def tell(message: Message) -> None:
        with suppress(BrokenPipeError):
            connection.sendall(json.dumps(message).encode() + b"\n")

    threading.Thread(target=listen, daemon=True).start()
    made.append(make())
    while True:
        tell({**made[0].handle(requests.get(), tell), "last": True})
        made[0].idle()


# How the folders of _build begin from which pages are written, and the variable that names one.
_PAGES = "live-pages-"
PAGES_FOLDER = "EVIDENCE_LIVE_PAGES"


def runs_folder() -> Path:
    """Return the folder of what this session computes."""
    return build_folder() / "live"


class Writer(Child):
    """The process that writes pages, with the folder that it writes them from."""

    def __init__(self) -> None:
        build_folder().mkdir(parents=True, exist_ok=True)
        self._pages = tempfile.mkdtemp(prefix=_PAGES, dir=build_folder())
        super().__init__("page_writer", {PAGES_FOLDER: self._pages})

    def kill(self) -> None:
        """End the process, and remove the folder."""
        super().kill()
        shutil.rmtree(self._pages, ignore_errors=True)


def remove_pages() -> None:
    """Remove what sessions that were killed wrote pages from."""
    for folder in build_folder().glob(f"{_PAGES}*"):
        shutil.rmtree(folder, ignore_errors=True)

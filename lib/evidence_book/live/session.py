"""What the server has running: processes that run, write and build pages, and who listens."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from evidence.files.paths import build_folder, chapters_folder, notebook_path, page_name
from evidence_book.live.child import (
    Child,
    EndedError,
    Message,
    Writer,
    remove_pages,
    runs_folder,
)
from evidence_book.rendering.publishing import is_up_to_date
from evidence_book.runs.own_data import VARIABLE

Asked = Mapping[str, str]
# Pages that a reader may come back to; each is some hundred kilobytes.
_REMEMBERED = 48


def edited_pages(paths: Sequence[str]) -> dict[str, Path]:
    """Return the sources of pages among edited files that are there, by the name of the page."""
    found = [Path(path).resolve() for path in paths if Path(path).suffix in (".ipynb", ".md")]
    inside = chapters_folder().resolve()
    there = [path for path in found if path.is_relative_to(inside) and path.is_file()]
    return {page_name(path): path for path in there}


class Session:
    """A book that answers.

    Parameters
    ----------
    workers : int
        Pages that run at a time.
    data : Path, optional
        Folder of tables that pages are run on, in place of the book's own.

    Attributes
    ----------
    html : Path
        Folder of the built book.
    """

    def __init__(self, workers: int = 2, data: Path | None = None) -> None:
        self.html = build_folder() / "html"
        self._on_data = {VARIABLE: str(data.resolve())} if data else {}
        self._workers = workers
        self._runners: list[Child] = []
        self._writer: Writer | None = None
        # Until what has read the new book is ready, drafts are written by what has read the old.
        self._drafter: Writer | None = None
        self._builder: Child | None = None
        self._made: OrderedDict[str, Message] = OrderedDict()
        self._drafts: dict[str, str] = {}
        self._looked_at: Counter[str] = Counter()
        self._listeners: set[asyncio.Queue[Message]] = set()
        self._building = asyncio.Lock()
        self._outdated = False
        self._state: Message = {"edition": 0, "problems": [], "doing": ""}

    def start(self) -> None:
        """Start every process; each imports for some seconds, meanwhile the book is read."""
        self.start_pages()
        self._builder = Child("builder")

    def start_pages(self) -> None:
        """Start what runs and writes pages."""
        shutil.rmtree(runs_folder(), ignore_errors=True)
        remove_pages()
        self.renew(runners=True)

    def renew(self, *, runners: bool) -> None:
        """Replace what has read the book, and with `runners` what has imported the library."""
        self._made.clear()
        if self._drafter is not self._writer and self._writer is not None:
            # It has never been ready.
            self._writer.kill()
        self._writer = Writer()
        self._drafter = self._drafter or self._writer
        self._becoming = asyncio.create_task(self._become_drafter(self._writer))
        if runners:
            for runner in self._runners:
                runner.kill()
            self._runners = [Child("runner", self._on_data) for _ in range(self._workers)]

    def stop(self) -> None:
        """End every process, with its kernels."""
        for child in {*self._runners, self._writer, self._drafter, self._builder}:
            if child is not None:
                child.kill()
        shutil.rmtree(runs_folder(), ignore_errors=True)

    def close_news(self) -> None:
        """End what browsers listen to, for a server waits for open connections."""
        for queue in self._listeners:
            queue.put_nowait({"stopped": True})

    @property
    def data_words(self) -> list[str]:
        """What `evidence run` is told of the data."""
        return [f"--data={folder}" for folder in self._on_data.values()]

    @property
    def watched(self) -> list[Path]:
        """Folders whose edits matter beside the book's own."""
        return [Path(folder) for folder in self._on_data.values()]

    def reads_other_data(self, paths: Sequence[str]) -> bool:
        """Return True where one of these files is of the folder that pages are run on."""
        return any(Path(path).is_relative_to(there) for path in paths for there in self.watched)

    def is_behind(self) -> bool:
        """Return True where the built book is not that of the project as it stands."""
        return not is_up_to_date()

    async def panel(self, page: str) -> Message:
        """Return what the panel of a page shows."""
        return await self._runner().last_answer(do="panel", page=page)

    async def run(self, page: str, runs: Sequence[Asked]) -> AsyncIterator[Message]:
        """Yield the progress of a run, then the page with what it changes, or why there is none.

        Parameters
        ----------
        page : str
            Name of the page.
        runs : sequence of mapping
            What is asked for; of two, the second is shown and compared with the first.
        """
        key = json.dumps([page, [sorted(one.items()) for one in runs]])
        if key in self._made:
            self._made.move_to_end(key)
            yield self._made[key]
            return
        edition = self._state["edition"]
        try:
            answer: Message = {}
            async for answer in self._runner().ask(do="run", page=page, runs=runs):
                if "cell" in answer:
                    yield answer
            if "notebook" in answer:
                answer = await self._written(page, answer)
                if edition == self._state["edition"]:
                    self._remember(key, answer)
        except EndedError as error:
            answer = {"error": f"{page}: {error}"}
        yield answer

    async def _written(self, page: str, answer: Message) -> Message:
        """Return the answer of a runner with the page in the place of its notebook."""
        source = answer.pop("notebook")
        stored = {"page": page, "parameters": answer["parameters"], "data": answer["data"]}
        assert self._writer is not None
        written = await self._writer.last_answer(page=page, source=source, stored=stored)
        return {**answer, **written}

    def _remember(self, key: str, answer: Message) -> None:
        if "html" in answer:
            self._made[key] = answer
            while len(self._made) > _REMEMBERED:
                self._made.popitem(last=False)

    def _runner(self) -> Child:
        """Return a process that is free, else the one that was asked least."""
        return min(self._runners, key=lambda runner: runner.waiting)

    def draft(self, page: str) -> str:
        """Return the HTML of a page that was edited or run and is not yet in the built book."""
        return self._drafts.get(page, "")

    async def _draft(self, page: str, source: Path) -> None:
        """Write a page at once, as it will be built, and have the browsers load it."""
        assert self._drafter is not None
        try:
            answer = await self._drafter.last_answer(page=page, source=str(source))
        except EndedError:
            return
        # What is wrong with it the builder says, with its place.
        if "html" in answer:
            self._drafts[page] = answer["html"]
            self.tell(changed=[f"chapters/{page}.html"])

    async def _become_drafter(self, writer: Writer) -> None:
        """Have drafts written by what has read the new book, once it has."""
        with suppress(EndedError):
            await writer.last_answer()
            if writer is self._writer and self._drafter is not None:
                if self._drafter is not writer:
                    self._drafter.kill()
                self._drafter = writer

    def _undraft(self) -> set[str]:
        """Forget what was written at once; return the files that were built the same since."""
        files = {f"chapters/{page}.html": html for page, html in self._drafts.items()}
        self._drafts.clear()
        return {
            name
            for name, html in files.items()
            if (self.html / name).is_file() and (self.html / name).read_text("utf-8") == html
        }

    async def build(self, edited: Sequence[str], *, code: bool, data: bool) -> str:
        """Bring the book up to date after an edit, and tell the browsers; return its key.

        The key is "" where the edit cannot be shown.

        Parameters
        ----------
        edited : sequence of str
            Paths of the files.
        code, data : bool
            True where processes that have imported the library, or read the data, are of no use
            any more.
        """
        async with self._building:
            # Until a build succeeds, pages are run as they were.
            self._outdated |= code or data
            for page, source in edited_pages(edited).items():
                await self._draft(page, source)
            if code and self._builder is not None:
                self._builder.kill()
                self._builder = Child("builder")
            assert self._builder is not None
            try:
                answer: Message = {}
                looked_at = list(self._looked_at.elements())
                async for answer in self._builder.ask(edited=list(edited), first=looked_at):
                    if "doing" in answer:
                        self.tell(doing=answer["doing"])
                    if answer.get("ran"):
                        await self._draft(answer["ran"], notebook_path(answer["ran"]))
            except EndedError as error:
                answer = {"problems": str(error).splitlines()}
                self._builder.kill()
                self._builder = Child("builder")
            shown = self._undraft()
            if not answer["problems"]:
                answer["changed"] = [name for name in answer["changed"] if name not in shown]
                self.renew(runners=self._outdated)
                self._outdated = False
                self._state["edition"] += 1
            key = str(answer.pop("key", ""))
            self.tell(doing="", **answer)
            return key

    def tell(self, **news: Any) -> None:
        """Tell every browser, and remember for those that come later."""
        self._state |= {name: news[name] for name in ("problems", "doing") if name in news}
        for queue in self._listeners:
            queue.put_nowait({"edition": self._state["edition"], **news})

    async def news(self, page: str = "") -> AsyncIterator[Message]:
        """Yield what is to be known now, then whatever comes, to a browser that shows a page."""
        queue: asyncio.Queue[Message] = asyncio.Queue()
        self._listeners.add(queue)
        self._looked_at[page] += 1
        try:
            yield dict(self._state)
            while True:
                message = await queue.get()
                if "stopped" in message:
                    return
                yield message
        finally:
            self._listeners.discard(queue)
            self._looked_at[page] -= 1

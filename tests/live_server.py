"""A live server in a process of its own, and what a browser would ask it."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from unittest.mock import patch

from evidence_book.rendering.fingerprints import present_key
from evidence_book.rendering.publishing import record_published


def built_project(rendered, target):
    """Copy a project that was rendered, as if it had been built."""
    shutil.copytree(rendered / "project", target)
    shutil.copytree(rendered / "built" / "html", target / "_build" / "html")
    with patch.dict(os.environ, EVIDENCE_ROOT=str(target)):
        record_published(present_key())
    return target


@contextmanager
def served(project, *words):
    """Serve a project; the process ends with the block."""
    command = [sys.executable, "-m", "evidence_book", "live", *words]
    variables = {**os.environ, "EVIDENCE_ROOT": str(project), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env=variables,
    ) as process:  # fmt: skip
        try:
            yield Server(process, process.stdout.readline().strip())
        finally:
            process.terminate()
            process.wait(30)


class Server:
    def __init__(self, process, address):
        self.process = process
        self.address = address

    def page(self, name, query=""):
        return f"{self.address}chapters/{name}.html{query}"

    def run(self, page, *runs):
        """Return every line that a run answers."""
        origin = "/".join(self.address.split("/")[:3])
        request = urllib.request.Request(
            f"{self.address}_live/run", json.dumps({"page": page, "runs": runs}).encode(),
            {"Content-Type": "application/json", "Origin": origin},
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=120) as reply:
            return [json.loads(line) for line in reply]

    def wait_for_news(self, wanted, seconds=120):
        """Return the first news of which something is true."""
        deadline = time.monotonic() + seconds
        with urllib.request.urlopen(f"{self.address}_live/news", timeout=seconds) as reply:
            for line in reply:
                if line.startswith(b"data: "):
                    told = json.loads(line[6:])
                    if wanted(told):
                        return told
                assert time.monotonic() < deadline
        raise AssertionError("the server ended")

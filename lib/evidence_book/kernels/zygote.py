"""The process that kernels are forked from: `python -m evidence_book.kernels.zygote FD`.

It imports once what every notebook imports, then answers whoever connects to its socket, one
JSON object a line: fork a kernel, or say whether one has ended. It runs no page itself and has
one thread. A kernel ends with the connection that asked for it; the process ends when nobody has
been connected for a while, EVIDENCE_LINGER seconds.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import logging
import os
import pkgutil
import select
import selectors
import shutil
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any

# Imported by a kernel when it starts, or by a page when it first draws.
_ALSO = (
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "IPython.core.completer",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "matplotlib_inline.config",
    # Imported inside functions of the library.
    "lifelines",
    "statsmodels.stats.multitest",
)
_PR_SET_PDEATHSIG = 1
# Pages whose variants the kernels will run, in the environment of a sweep or of `evidence live`.
PREPARE = "EVIDENCE_PREPARE"
# Seconds that this process waits for somebody to ask again. An analyst who runs a page, looks and
# runs it again takes less; an idle one holds some 200 MB.
LINGER = "EVIDENCE_LINGER"
_LINGERS = 120.0


def warm_up() -> None:
    """Import what notebooks import; a module that cannot be imported is left to the notebook."""
    from evidence_book.runs.library_imports import packages

    names: list[str] = []
    # A project without a library of its own says so where a page asks for it.
    with contextlib.suppress(Exception):
        for package, folder in packages().items():
            inside = pkgutil.walk_packages([str(folder)], f"{package}.")
            names += [package, *(module.name for module in inside)]
    for name in (*names, *_ALSO):
        # Whatever is wrong with it, the page that imports it says so itself.
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    # Pages read the data of a project that is in order; what is wrong with another they say.
    with contextlib.suppress(Exception):
        from evidence.sources.data import load_evidence

        load_evidence()
    for page in os.environ.get(PREPARE, "").split():
        prepare_page(page)
    gc.collect()
    gc.freeze()


def prepare_page(page: str) -> None:
    """Compute what the variants of a question share; a page without `prepare` has nothing."""
    if not page.startswith("questions/"):
        return
    with contextlib.suppress(Exception):
        from evidence.sources.data import load_evidence
        from evidence_book.runs.own_library import own_module

        question = own_module(f"{page.removeprefix('questions/')}.analysis")
        if hasattr(question, "prepare"):
            question.prepare(load_evidence())


def end_with_parent() -> None:
    """Have the system end this process when its parent ends (Linux; elsewhere do nothing)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class _Asker:
    """A connection, and the kernels that were forked for it, with the folders of their sockets."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._stream = connection.makefile("rwb")
        self._running: dict[int, str] = {}
        self.answer({"pid": os.getpid(), "threads": threading.active_count()})

    def request(self) -> dict[str, Any] | None:
        """Return what it asks for, None where it has left."""
        try:
            line = self._stream.readline()
        except OSError:
            return None
        return dict(json.loads(line)) if line else None

    def answer(self, reply: dict[str, Any]) -> None:
        """Answer a request; one who has left is found out when it is next read from."""
        with contextlib.suppress(OSError):
            self._stream.write(json.dumps(reply).encode() + b"\n")
            self._stream.flush()

    def status(self, child: int) -> int | None:
        """Return the exit code of a kernel as Popen would, None while it runs."""
        if child not in self._running:
            return -signal.SIGKILL
        done, status = os.waitpid(child, os.WNOHANG)
        if done == 0:
            return None
        del self._running[child]
        return os.waitstatus_to_exitcode(status)

    def has(self, child: int, folder: str) -> None:
        """Take a kernel that was forked for it."""
        # Both sides set the group, so that neither can signal it before it exists.
        with contextlib.suppress(OSError):
            os.setpgid(child, child)
        self._running[child] = folder
        self.answer({"pid": child})

    def end(self) -> None:
        """End its kernels."""
        for child, folder in self._running.items():
            with contextlib.suppress(OSError):
                os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
            if folder:
                shutil.rmtree(folder, ignore_errors=True)
        self.close()

    def close(self) -> None:
        """Close the connection, which is another process's where this one was forked."""
        with contextlib.suppress(OSError):
            self._stream.close()
        self.connection.close()


def serve(listener: socket.socket) -> dict[str, Any] | None:
    """Answer requests until nobody asks any more; in a forked child return what to become."""
    parent, lingers = os.getpid(), linger_seconds()
    askers: dict[int, _Asker] = {}
    with listener, selectors.DefaultSelector() as selector:
        selector.register(listener, selectors.EVENT_READ)
        while askers or selector.select(lingers) or not _ended(listener):
            for key, _ in selector.select():
                if key.fileobj is listener:
                    connection, _ = listener.accept()
                    askers[connection.fileno()] = _Asker(connection)
                    selector.register(connection, selectors.EVENT_READ)
                    continue
                asker = askers[key.fd]
                request = asker.request()
                if request is None:
                    selector.unregister(asker.connection)
                    askers.pop(key.fd).end()
                elif "poll" in request:
                    asker.answer({"status": asker.status(request["poll"])})
                else:
                    child = os.fork()
                    if child == 0:
                        for other in askers.values():
                            other.close()
                        end_with_parent()
                        if os.getppid() != parent:
                            os._exit(1)
                        return request
                    asker.has(child, request["folder"])
    return None


def _ended(listener: socket.socket) -> bool:
    """Let nobody find this process any more; return False where somebody has just done so."""
    Path(listener.getsockname()).unlink(missing_ok=True)
    return not select.select([listener], [], [], 0)[0]


def linger_seconds() -> float:
    """Return for how long this process waits for somebody to ask again."""
    try:
        return max(0.0, float(os.environ.get(LINGER, _LINGERS)))
    except ValueError:
        return _LINGERS


def become_kernel(request: dict[str, Any]) -> None:
    """Turn this forked process into the kernel that `argv` asks for; return when it has ended."""
    import random

    import numpy as np
    from ipykernel.kernelapp import IPKernelApp

    os.setpgid(0, 0)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    # A fresh kernel has random state of its own; forked ones would share it.
    random.seed()
    np.random.seed()
    # ipykernel warns of TCP at every start; it listens on this machine alone.
    argv = [*request["argv"], f"--IPKernelApp.log_level={logging.ERROR}"]
    sys.argv = ["ipykernel_launcher", *argv]
    IPKernelApp.launch_instance(argv=argv, parent_handle=os.getppid())


def main() -> None:
    """Serve on the listening socket whose file descriptor is the first argument."""
    listener = socket.socket(fileno=int(sys.argv[1]))
    listener.set_inheritable(False)
    # Whoever started it waits for the parent, and need not know of the child, which may outlive it.
    if os.fork():
        os._exit(0)
    warm_up()
    request = serve(listener)
    if request is not None:
        become_kernel(request)


if __name__ == "__main__":
    main()

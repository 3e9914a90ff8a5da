"""The process that kernels are forked from: `python -m evidence_book.kernels.zygote FD`.

It imports once what every notebook imports, then answers requests on a socket, one JSON object
a line: fork a kernel, or say whether one has ended. It runs no page itself, has one thread, and
ends, with its kernels, when the other end of the socket is closed.
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
import shutil
import signal
import socket
import sys
import threading
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


def serve(connection: socket.socket) -> dict[str, Any] | None:
    """Answer requests until the other end closes; in a forked child return what to become."""
    # Kernels, and the folder of each one's sockets.
    running: dict[int, str] = {}
    parent = os.getpid()
    with connection, connection.makefile("rwb") as stream:
        _answer(stream, {"pid": parent, "threads": threading.active_count()})
        for line in stream:
            request = json.loads(line)
            if "poll" in request:
                _answer(stream, {"status": _status(request["poll"], running)})
                continue
            child = os.fork()
            if child == 0:
                break
            # Both sides set the group, so that neither can signal it before it exists.
            with contextlib.suppress(OSError):
                os.setpgid(child, child)
            running[child] = request["folder"]
            _answer(stream, {"pid": child})
        else:
            for child, folder in running.items():
                with contextlib.suppress(OSError):
                    os.killpg(child, signal.SIGKILL)
                if folder:
                    shutil.rmtree(folder, ignore_errors=True)
            return None
    end_with_parent()
    if os.getppid() != parent:
        os._exit(1)
    return dict(request)


def _answer(stream: Any, reply: dict[str, Any]) -> None:
    stream.write(json.dumps(reply).encode() + b"\n")
    stream.flush()


def _status(child: int, running: dict[int, str]) -> int | None:
    """Return the exit code of a kernel as Popen would, None while it runs."""
    if child not in running:
        return -signal.SIGKILL
    done, status = os.waitpid(child, os.WNOHANG)
    if done == 0:
        return None
    del running[child]
    return os.waitstatus_to_exitcode(status)


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
    """Serve on the socket whose file descriptor is the first argument."""
    connection = socket.socket(fileno=int(sys.argv[1]))
    connection.set_inheritable(False)
    warm_up()
    request = serve(connection)
    if request is not None:
        become_kernel(request)


if __name__ == "__main__":
    main()

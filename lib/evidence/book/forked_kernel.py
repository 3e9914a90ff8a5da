"""Kernels forked from a warm process: they start in a fraction of the time, and run the same.

Most of what a short page costs is a new interpreter and its imports. Here one process per
worker (`evidence.book.zygote`) has imported them already, and every kernel is a fork of it.
papermill and nbclient see an ordinary kernel, started by another provisioner.

Vocabulary
----------
**Stock**: a kernel started as Jupyter does, by a new interpreter. EVIDENCE_KERNEL=stock asks for
it; it is also what runs where a process cannot be forked.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path
from queue import Empty
from time import monotonic, sleep
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Type

from evidence.book.freshness import library_digest

KERNEL = "EVIDENCE_KERNEL"
PROVISIONER = "evidence-forked"
_START_SECONDS = 120.0
# What an interpreter or a numerical library reads once, when it starts.
_READ_ONCE = ("PYTHON", "OPENBLAS_", "OMP_", "MKL_", "MPL", "LC_", "LANG", "TZ")
_log = logging.getLogger(__name__)


class ZygoteError(RuntimeError):
    """The process that kernels are forked from could not be started, or has died."""


class Zygote:
    """One warm process, seen from the process that wants kernels.

    Parameters
    ----------
    environment : mapping of str to str
        Environment variables of the process.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._lock = threading.Lock()
        self.owner = os.getpid()
        own, its = socket.socketpair()
        with its:
            # A session of its own: Ctrl-C in a terminal reaches whoever asked for kernels alone.
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-P", "-m", "evidence.book.zygote", str(its.fileno())],
                env={**environment, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                stdin=subprocess.DEVNULL,
                pass_fds=(its.fileno(),),
                start_new_session=True,
            )
        self._socket = own
        own.settimeout(_START_SECONDS)
        self._stream = own.makefile("rwb")
        self._ready = False
        self.running: set[int] = set()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Send one request and return the answer.

        Raises
        ------
        ZygoteError
            Where the process is gone or cannot be forked.
        """
        with self._lock:
            try:
                if not self._ready:
                    hello = self._read()
                    if hello["threads"] != 1:
                        raise ZygoteError(f"expected one thread to fork from, got {hello}")
                    self._ready = True
                self._stream.write(json.dumps(request).encode() + b"\n")
                self._stream.flush()
                return self._read()
            except (OSError, ValueError) as error:
                raise ZygoteError(f"the process to fork from is gone ({error})") from None

    def _read(self) -> dict[str, Any]:
        line = self._stream.readline()
        if not line:
            raise ZygoteError("the process to fork from has ended")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def is_alive(self) -> bool:
        """Return True while the process runs and belongs to this one."""
        return self.owner == os.getpid() and self._process.poll() is None

    def close(self) -> None:
        """End the process and the kernels that are left."""
        if self.owner != os.getpid():
            return
        self._stream.close()
        self._socket.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class ForkedProcess:
    """A forked kernel, with the part of `subprocess.Popen` that jupyter_client uses."""

    stdin = stdout = stderr = None

    def __init__(self, zygote: Zygote, pid: int) -> None:
        self._zygote = zygote
        self.pid = pid
        self.returncode: int | None = None
        zygote.running.add(pid)

    def poll(self) -> int | None:
        """Return the exit code, None while it runs."""
        if self.returncode is None:
            try:
                self.returncode = self._zygote.ask({"poll": self.pid})["status"]
            except ZygoteError:
                # Its kernels end with it.
                self.returncode = -signal.SIGKILL
            if self.returncode is not None:
                self._zygote.running.discard(self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code once it has ended.

        Raises
        ------
        subprocess.TimeoutExpired
            Where it has not ended in time.
        """
        deadline = None if timeout is None else monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and monotonic() > deadline:
                raise subprocess.TimeoutExpired("kernel", timeout or 0.0)
            sleep(0.005)
        return code

    def send_signal(self, signum: int) -> None:
        """Send a signal, unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, signum)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


_zygotes: dict[str, Zygote] = {}
_zygotes_lock = threading.Lock()


def zygote_for(environment: Mapping[str, str]) -> Zygote:
    """Return the warm process for an environment and the library as it is on disk now.

    One that was warmed with another library, or other variables that are read only once, is
    never used again.
    """
    read_once = {name: value for name, value in environment.items() if name.startswith(_READ_ONCE)}
    library = library_digest.__wrapped__()
    key = json.dumps([library, sys.executable, read_once], sort_keys=True)
    with _zygotes_lock:
        for old in [name for name, zygote in _zygotes.items() if not zygote.is_alive()]:
            _zygotes.pop(old).close()
        if key not in _zygotes:
            for old in [name for name, zygote in _zygotes.items() if not zygote.running]:
                _zygotes.pop(old).close()
            _zygotes[key] = Zygote(environment)
        return _zygotes[key]


@atexit.register
def close_zygotes() -> None:
    """End all warm processes of this process."""
    with _zygotes_lock:
        while _zygotes:
            _zygotes.popitem()[1].close()


def forking_works() -> bool:
    """Return True where kernels are to be forked: not on Windows, not with EVIDENCE_KERNEL=stock.

    Raises
    ------
    ValueError
        Where EVIDENCE_KERNEL is neither forked nor stock.
    """
    asked = os.environ.get(KERNEL, "forked")
    if asked not in ("forked", "stock"):
        raise ValueError(f"{KERNEL}: expected forked or stock, got {asked}")
    return asked == "forked" and hasattr(os, "fork")


def warm() -> None:
    """Start the warm process of this process, if it is to have one, without waiting for it."""
    if forking_works():
        zygote_for(os.environ)


class ForkedProvisioner(LocalProvisioner):
    """Starts IPython kernels by forking a warm process, any other kernel as usual."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start the kernel that a command line asks for."""
        process = None
        if forking_works() and cmd[:3] == [sys.executable, "-m", "ipykernel_launcher"]:
            process = self._fork(cmd[3:], kwargs)
        if process is None:
            return await super().launch_kernel(cmd, **kwargs)
        self.process = process  # type: ignore[assignment]
        self.pid = self.pgid = process.pid
        self.cwd = kwargs.get("cwd") or Path.cwd()
        return self.connection_info

    def _fork(self, argv: Sequence[str], kwargs: Mapping[str, Any]) -> ForkedProcess | None:
        environment = dict(kwargs.get("env") or os.environ)
        request = {"argv": argv, "env": environment, "cwd": str(kwargs.get("cwd") or Path.cwd())}
        try:
            zygote = zygote_for(environment)
            return ForkedProcess(zygote, zygote.ask(request)["pid"])
        except (ZygoteError, OSError) as error:
            _log.warning("starting a stock kernel: %s", error)
            return None

    async def kill(self, restart: bool = False) -> None:
        """End the kernel at once, and give the system a moment to do it.

        Whoever asks looks again only after 0.1 s where the kernel is not gone by then.
        """
        await super().kill(restart)
        deadline = monotonic() + 0.1
        while isinstance(self.process, ForkedProcess) and monotonic() < deadline:
            if self.process.poll() is not None:
                return
            await asyncio.sleep(0.002)

    async def wait(self) -> int | None:
        """Return the exit code once the kernel has ended."""
        if not isinstance(self.process, ForkedProcess):
            return await super().wait()
        while (code := self.process.poll()) is None:
            await asyncio.sleep(0.005)
        self.process = None
        return code


class ReadyClient(AsyncKernelClient):
    """A client that is ready once the kernel has answered on both channels.

    jupyter_client waits another 0.2 s for silence; nbclient needs none, for it takes only
    messages that answer the cell it runs.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers.

        Raises
        ------
        RuntimeError
            Where it dies, or does not answer in time.
        """
        deadline = monotonic() + (timeout or _START_SECONDS)
        while True:
            self.kernel_info()
            try:
                reply = await self.get_shell_msg(timeout=1)
                if reply["msg_type"] == "kernel_info_reply":
                    await self.get_iopub_msg(timeout=0.2)
                    self._handle_kernel_info_reply(reply)
                    return
            except Empty:
                pass
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if monotonic() > deadline:
                raise RuntimeError(f"Kernel didn't respond in {timeout:g} seconds")


class ForkedKernelManager(AsyncKernelManager):
    """Manages one forked kernel; needs no kernelspec of its own."""

    client_factory = Type(default_value=ReadyClient, klass=AsyncKernelClient)

    @property
    def kernel_spec(self) -> KernelSpec | None:
        """The spec of the kernel by its usual name, with this provisioner."""
        spec = super().kernel_spec
        if spec is not None:
            spec.metadata["kernel_provisioner"] = {"provisioner_name": PROVISIONER, "config": {}}
        return spec


def kernel_options() -> dict[str, Any]:
    """Return the keywords with which papermill runs a notebook in a forked kernel."""
    if not forking_works():
        return {}
    # Also declared in pyproject.toml, for JUPYTER_DEFAULT_PROVISIONER_NAME; here it works from
    # a checkout that was never installed.
    entry = EntryPoint(
        PROVISIONER, f"{__name__}:ForkedProvisioner", KernelProvisionerFactory.GROUP_NAME
    )
    KernelProvisionerFactory.provisioners.setdefault(PROVISIONER, entry)
    return {"kernel_manager_class": ForkedKernelManager, "shutdown_kernel": "immediate"}

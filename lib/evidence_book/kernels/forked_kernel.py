"""Kernels forked from a warm process: they start in a fraction of the time, and run the same.

Most of what a short page costs is a new interpreter and its imports. Here one process per
worker (`zygote`) has imported them already, and every kernel is a fork of it.
papermill and nbclient see an ordinary kernel, started by another provisioner.

Vocabulary
----------
**Stock**: a kernel started as Jupyter does, by a new interpreter. EVIDENCE_KERNEL=stock asks for
it; it is also what runs where a process cannot be forked.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path
from queue import Empty
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from jupyter_core.utils import run_sync
from traitlets import Type

from evidence.files.paths import project_root
from evidence_book.kernels.forking import (
    START_SECONDS,
    ForkedProcess,
    ZygoteError,
    forking_works,
    zygote_for,
)

PROVISIONER = "evidence-forked"
# The path of a socket has at most 103 bytes on macOS, 107 on Linux; `-5` is added to this one.
_LONGEST = 100
_log = logging.getLogger(__name__)


class ForkedProvisioner(LocalProvisioner):
    """Starts IPython kernels by forking a warm process, any other kernel as usual.

    Messages go through files of a folder of its own, not through ports. A port that was free is
    lent to another process before the kernel binds it about once in seven hundred starts, and
    the kernel or its client then waits for a minute or for ever.
    """

    _folder: TemporaryDirectory[str] | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Prepare the start: where a kernel may be forked, give it files in the place of ports."""
        manager = self.parent
        if manager is not None and forking_works() and not manager.shell_port:
            self._folder = TemporaryDirectory(prefix="kernel-", ignore_cleanup_errors=True)
            sockets = str(Path(self._folder.name, "s"))
            if len(os.fsencode(sockets)) <= _LONGEST:
                manager.transport, manager.cache_ports, manager.ip = "ipc", False, sockets
        return await super().pre_launch(**kwargs)

    async def cleanup(self, restart: bool = False) -> None:
        """Remove what the kernel leaves, unless it starts again."""
        await super().cleanup(restart)
        if self._folder is not None and not restart:
            self._folder.cleanup()

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
        request = {
            "argv": argv,
            # As Jupyter sets it.
            "env": {**environment, "JPY_PARENT_PID": str(os.getpid())},
            "cwd": str(kwargs.get("cwd") or Path.cwd()),
            # Removed by the process that forks where this one is killed.
            "folder": self._folder.name if self._folder else "",
        }
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
        deadline = monotonic() + (timeout or START_SECONDS)
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


# A kernel that has started and waits for the next notebook of this process.
_spares: list[ForkedKernelManager] = []


class SpareKernelManager(ForkedKernelManager):
    """Where a kernel waits already, making a manager returns the one of that kernel."""

    def __new__(cls, *args: Any, **options: Any) -> Any:
        """Return the manager of the spare kernel, or a new one."""
        if _spares and forking_works():
            return _spares.pop()
        return super().__new__(cls, *args, **options)


def start_spare() -> None:
    """Start the kernel of the next notebook, as nbclient would, without waiting for it.

    A kernel that was killed meanwhile is found out by whoever asks it, and another one started.
    """
    if _spares or not kernel_options():
        return
    manager = ForkedKernelManager(kernel_name="python3")
    start = run_sync(manager.start_kernel)
    start(extra_arguments=["--HistoryManager.hist_file=:memory:"], cwd=str(project_root()))
    _spares.append(manager)


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
    return {"kernel_manager_class": SpareKernelManager, "shutdown_kernel": "immediate"}

"""Measures the CPU time of a process and of everything that it starts, whoever waits for that."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

__all__ = ["CpuMeter"]

_ROOTS = (Path("/sys/fs/cgroup/cpuacct"), Path("/sys/fs/cgroup"))


class CpuMeter:
    """A control group whose CPU time the kernel counts; without one, the whole machine's is taken.

    `getrusage` would leave out what nobody waits for, such as the kernels of a warm grader.
    """

    def __init__(self, name: str) -> None:
        self._group = next(filter(None, (_make_group(root, name) for root in _ROOTS)), None)
        self.exact = self._group is not None

    def join(self) -> None:
        """Have this process counted, and its children from now on; for `preexec_fn`."""
        if self._group is not None:
            (self._group / "cgroup.procs").write_text(str(os.getpid()))

    def seconds(self) -> float:
        """The CPU seconds so far."""
        if self._group is None:
            times = psutil.cpu_times()
            return times.user + times.system + getattr(times, "nice", 0)
        with suppress(OSError):
            return int((self._group / "cpuacct.usage").read_text()) / 1e9
        lines = (self._group / "cpu.stat").read_text().splitlines()
        return int(dict(line.split() for line in lines)["usage_usec"]) / 1e6

    def measure(self, work: Callable[[], object]) -> tuple[float, float]:
        """The wall and the CPU seconds that the work takes."""
        started, cpu = time.perf_counter(), self.seconds()
        work()
        return time.perf_counter() - started, self.seconds() - cpu

    def close(self) -> None:
        """Remove the group, once its processes have ended."""
        if self._group is not None:
            with suppress(OSError):
                self._group.rmdir()


def _make_group(root: Path, name: str) -> Path | None:
    group = root / f"chatlab-{os.getpid()}-{name}"
    try:
        group.mkdir()
        if (group / "cpuacct.usage").exists() or (group / "cpu.stat").exists():
            return group
        group.rmdir()
    except OSError:
        pass
    return None

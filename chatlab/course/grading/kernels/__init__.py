"""Where learners' code runs: kernels forked from a warm process, in a box if one is asked for."""

from pathlib import Path

__all__ = ["ALL_SOCKETS", "INTERRUPT", "KERNEL_SOCKETS", "KILL"]

ALL_SOCKETS = Path("/run/kernels")
"""In the box, the folder with a folder of sockets for each kernel."""

KERNEL_SOCKETS = Path("/run/kernel")
"""In the box, once a kernel has namespaces of its own: the folder of its sockets."""

INTERRUPT, KILL = b"i", b"k"
"""What the grader says to a forked kernel."""

"""Where learners' code runs: kernels forked from a warm process, in a box if one is asked for."""

from pathlib import Path

__all__ = ["ALL_SOCKETS", "INTERRUPT", "KERNEL_SOCKETS", "KERNEL_TMP", "KILL"]

ALL_SOCKETS = Path("/run/kernels")
"""In the box, the folder with a folder of sockets for each kernel."""

KERNEL_SOCKETS = Path("/run/kernel")
"""In the box, once a kernel has namespaces of its own: the folder of its sockets."""

KERNEL_TMP = Path("/run/tmp")
"""In the box, the folder in which a kernel may write; `/tmp` is another name for it, unless Python
or the course lies below that."""

INTERRUPT, KILL = b"i", b"k"
"""What the grader says to a forked kernel."""

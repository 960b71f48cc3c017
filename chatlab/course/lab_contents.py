"""How `chatlab lab` reads notebooks: as JupyterLab does, but without untrusted widgets."""

from typing import Any

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from typing_extensions import override

from chatlab.course.widget_state import drop_widget_state

__all__ = ["LabContents"]


class LabContents(AsyncLargeFileManager):
    """JupyterLab's files. Whatever notebook is opened, and however it came here, goes by this."""

    @override
    def mark_trusted_cells(self, nb: Any, path: str = "") -> None:
        """Called for each notebook that was read, before the browser gets it."""
        if drop_widget_state(nb, self.notary):
            self.log.warning("Saved widgets were left out of %r: it is not trusted", path)
        files: Any = super()  # Jupyter's methods have no types
        files.mark_trusted_cells(nb, path)

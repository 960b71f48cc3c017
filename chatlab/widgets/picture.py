"""A picture for a notebook: HTML that needs no script, and the same in plain words."""

from dataclasses import dataclass

__all__ = ["Picture"]


@dataclass(frozen=True)
class Picture:
    """Shown by a notebook when it is a cell's last value; the same on every run."""

    html: str
    text: str

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """Both ways to see it."""
        return {"text/html": self.html, "text/plain": self.text}

"""Who is asking: the badge that every request carries (lesson 02; permissions in lesson 08)."""

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from chatlab.errors import PermissionDenied
from chatlab.names import check_name

__all__ = ["RequestContext", "RequestInfo", "Session"]


class Session(BaseModel):
    """One log-in of one user, on one device."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    created_at: AwareDatetime
    expires_at: AwareDatetime

    def expired(self, now: datetime) -> bool:
        """Whether the session is over at that moment."""
        return now >= self.expires_at


class RequestInfo(BaseModel):
    """Where the request came from; for logs and limits, never for trust."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ip: str | None = None
    user_agent: str | None = None


class RequestContext(BaseModel):
    """Who is asking, in which session, with which permissions.

    It is made by whoever checked the log-in, and handed to every method of the server and the
    store. Add fields of your own by subclassing it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    user_id: str = Field(min_length=1)
    session: Session | None = None
    permissions: frozenset[str] = frozenset()
    request: RequestInfo = RequestInfo()

    @field_validator("user_id")
    @classmethod
    def _plain(cls, user_id: str) -> str:
        """Names with control characters belong to programs, such as ChatKit's side store."""
        return check_name("user_id", user_id)

    def require(self, permission: str) -> None:
        """Go on only if the user has this permission, such as `"tasks:delete"`.

        Raises:
            PermissionDenied: The user does not have it.
        """
        if permission not in self.permissions:
            raise PermissionDenied(permission, self.user_id)

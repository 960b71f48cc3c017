"""What goes wrong, as a status and a small body that every client can read."""

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from chatlab.adapters.http.answer_headers import ANSWER_HEADERS
from chatlab.errors import (
    ChatlabError,
    InvalidInput,
    NotFoundError,
    PermissionDenied,
    SessionError,
    StoreError,
    TurnInProgress,
)

__all__ = ["ERROR_RESPONSES", "Problem", "answer_errors"]

logger = logging.getLogger("chatlab.http")


class Problem(BaseModel):
    """Why there is nothing else: a short, stable name, and a sentence."""

    code: str
    message: str


_STATUSES: dict[type[ChatlabError], int] = {
    SessionError: 401,
    PermissionDenied: 403,
    NotFoundError: 404,
    TurnInProgress: 409,
    InvalidInput: 422,
    StoreError: 503,
}

_HEADERS = {
    401: {"WWW-Authenticate": "Bearer"},
    409: {"Retry-After": "1"},
    503: {"Retry-After": "2"},
}

_SAID: dict[int, tuple[str, str]] = {
    409: (
        "turn_in_progress",
        "An answer is in progress in this conversation. Stop it, or wait until it ends.",
    ),
    401: ("session_error", "The session key is missing, wrong or expired. Log in again."),
    503: ("store_error", "The conversations cannot be reached now. Try again in a moment."),
}

_MOST_SAID = 10
"""How many of a request's mistakes are named."""

ERROR_RESPONSES: dict[int | str, dict[str, object]] = {
    status: {
        "description": HTTPStatus(status).phrase,
        "content": {"application/json": {"schema": Problem.model_json_schema()}},
    }
    for status in (400, 401, 403, 404, 408, 409, 413, 422, 429, 503)
}
"""What FastAPI writes into the description of the API."""


def answer_errors(app: FastAPI) -> None:
    """Let the app answer every error in one form, and say nothing of what is inside."""
    app.add_exception_handler(ChatlabError, _chatlab_error)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unforeseen)


def _problem(status: int, code: str, message: str, **headers: str) -> JSONResponse:
    fixed = ANSWER_HEADERS | _HEADERS.get(status, {})
    return JSONResponse({"code": code, "message": message}, status, fixed | headers)


def _chatlab_error(_request: Request, error: Exception) -> Response:
    status = next((status for kind, status in _STATUSES.items() if isinstance(error, kind)), 500)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("A request failed", exc_info=error)
    code = getattr(error, "code", "error")
    code, message = _SAID.get(status, (code, str(error)))
    return _problem(status, code, message)


def _unforeseen(_request: Request, _error: Exception) -> Response:
    """Answered outside of all middleware; the ASGI server logs the error."""
    return _problem(500, "error", "Something went wrong.")


def _not_valid(_request: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else ()
    wrong = [
        f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in found[:_MOST_SAID]
    ]
    return _problem(422, "invalid_input", "; ".join(wrong) or "The request cannot be read.")


def _http_error(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    headers = dict(error.headers or {})
    return _problem(error.status_code, code, error.detail, **headers)

"""ClickSend's error answers, as captured."""

from typing import Any


class ApiError(Exception):
    """An answer other than 200, in ClickSend's envelope."""

    def __init__(self, status: int, code: str | int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.data = data


def bad_request(message: str, data: Any = None) -> ApiError:
    """Return the 400; `data` may map a field's name to what is wrong with it."""
    return ApiError(400, "BAD_REQUEST", message, data)


def not_found(what: str) -> ApiError:
    """Return the 404, for example of "Receipt" or "Contact"."""
    return ApiError(404, "NOT_FOUND", f"{what} record not found.")


def forbidden() -> ApiError:
    """Return the 403, which the live API also gives for what does not exist."""
    return ApiError(403, "FORBIDDEN", "Resource not found or you don't have the permissions to access this resource.")

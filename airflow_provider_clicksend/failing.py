"""How our errors reach Airflow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from airflow_provider_clicksend.api.errors import ClickSendError
from airflow_provider_clicksend.version_compat import AirflowFailException


@contextmanager
def failing_for_good() -> Iterator[None]:
    """Raise what can never succeed on a retry as ``AirflowFailException``, with our error as its cause."""
    try:
        yield
    except ClickSendError as error:
        from airflow_provider_clicksend.api.retry import can_never_succeed

        if can_never_succeed(error):
            raise AirflowFailException(str(error)) from error
        raise

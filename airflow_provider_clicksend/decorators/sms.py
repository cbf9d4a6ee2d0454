"""``@task.clicksend_sms``: a function whose words are texted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.providers.common.compat.sdk import (
    DecoratedOperator,
    context_merge,
    determine_kwargs,
    task_decorator_factory,
)

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.operators.sms import ClickSendSmsOperator
from airflow_provider_clicksend.version_compat import AirflowSkipException, Context

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import TaskDecorator

    from airflow_provider_clicksend.api import ClickSendClient

#: Under which name what the function returned is kept for later tries; up to so many bytes of JSON whole.
SAID_KEY, WHOLE = "clicksend.said", 48_000


class _SmsDecoratedOperator(DecoratedOperator, ClickSendSmsOperator):  # type: ignore[misc] # both pass `execute` on
    """Text what a function returns.

    It returns the text for everybody in `to`, or rows: dicts with ``to``, ``body`` and whatever else a row of
    `ClickSendSmsOperator` may hold. An empty list skips the task. What the first try returned is what later tries send:
    a function that says it in other words each time texts nobody twice.

    :param python_callable: the function. :param op_args: its positional arguments. :param op_kwargs: its others.
    """

    custom_operator_name = "@task.clicksend_sms"
    template_fields = (*DecoratedOperator.template_fields, *ClickSendSmsOperator.template_fields)
    template_fields_renderers: ClassVar[dict[str, str]] = {**DecoratedOperator.template_fields_renderers}
    native_fields = ClickSendSmsOperator.native_fields | set(DecoratedOperator.template_fields)
    #: So that the Airflow UI shows what was sent; it exists only once the task has run.
    overwrite_rtif_after_execution = True

    def call(self, client: ClickSendClient, context: Context) -> dict[str, Any]:
        """Ask the function, then send."""
        said = self._said(context)
        if isinstance(said, str):
            self.body = said
        else:
            self.to = said
        return super().call(client, context)

    def _said(self, context: Context) -> str | list[Any]:
        """Return what the function returned in the first try that got so far."""
        if self.dry_run_only:
            return self._ask(context)
        from airflow_provider_clicksend.operators._task_tries import state_store

        store, max_tries = state_store(context), context["ti"].max_tries
        before = store.get(SAID_KEY) if store is not None else None
        is_cleared = isinstance(before, Mapping) and max_tries > before.get("max_tries", max_tries)
        if not isinstance(before, Mapping) or (is_cleared and self.resend_on_clear):
            said = self._ask(context)
            if store is not None:
                store.set(SAID_KEY, {"max_tries": max_tries, **_record(said)})
            return said
        if "said" in before:
            return checked(before["said"])
        said = self._ask(context)
        if _record(said) != {"mark": before.get("mark")}:
            raise ClickSendConfigError(
                f"{self.python_callable.__name__} returned other texts than in an earlier try, which may have sent "
                "some: nothing more is sent. Let it return the same for the same run, or fewer rows a task.",
                field="python_callable",
            )
        return said

    def _ask(self, context: Context) -> str | list[Any]:
        names: Any = context  # Airflow 2 has a type of its own for it, which a copy would lose
        context_merge(names, self.op_kwargs)
        kwargs = determine_kwargs(self.python_callable, self.op_args, names)
        return checked(self.python_callable(*self.op_args, **kwargs))


def checked(said: Any) -> str | list[Any]:
    """Return what a function returned when it can be sent.

    :raises AirflowSkipException: there is nobody to text. :raises ClickSendConfigError: it is something else.
    """
    if isinstance(said, str) and said.strip():
        return said
    if isinstance(said, list | tuple) and all(isinstance(row, Mapping) for row in said):
        if not said:
            raise AirflowSkipException("The function returned no rows: there is nobody to text.")
        return [dict(row) for row in said]
    what = "an empty text" if isinstance(said, str) else f"a {type(said).__name__}"
    raise ClickSendConfigError(
        f"The function returned {what}: return a text, or a list of rows such as "
        '{"to": "+15551234567", "body": "..."}.',
        field="python_callable",
    )


def _record(said: str | list[Any]) -> dict[str, Any]:
    """Return what is kept of it: everything, or of much and of what is not JSON a mark."""
    try:
        text = json.dumps(said)
    except (TypeError, ValueError):
        text = repr(said)
    else:
        if len(text) <= WHOLE:
            return {"said": said}
    return {"mark": blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()}


def clicksend_sms_task(python_callable: Callable[..., Any] | None = None, **kwargs: Any) -> TaskDecorator:
    """Make a task that texts what a function returns; Airflow calls it as ``@task.clicksend_sms``.

    :param python_callable: the function.
    :param kwargs: the arguments of `ClickSendSmsOperator`.
    """
    return task_decorator_factory(
        python_callable=python_callable, decorated_operator_class=_SmsDecoratedOperator, **kwargs
    )

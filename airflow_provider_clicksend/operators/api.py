"""Any call of the client, from a DAG."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.calls import CALLS, PAGED_CALLS, SENDING_CALLS
from airflow_provider_clicksend.api.errors import ClickSendConfigError, ClickSendError
from airflow_provider_clicksend.api.values import kind_of
from airflow_provider_clicksend.arguments import as_flag, as_wanted
from airflow_provider_clicksend.operators._base import ClickSendBaseOperator
from airflow_provider_clicksend.version_compat import AirflowFailException, Context

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient


class ClickSendApiOperator(ClickSendBaseOperator):
    """Make any call of :class:`~airflow_provider_clicksend.api.ClickSendClient` and return its result.

    The result is what the method returns, as JSON primitives: models become dicts under the API's own names, money a
    string; of a Maton connection, the link to authorise it is left out.

    A call that sends (``sms.send``, ``mms.send``, ``voice.send``) is made on the first try only, because this operator
    cannot know what an earlier try has sent; the operators in ``operators.sms``, ``.mms`` and ``.voice`` do.

    :param call: ``"resource.method"``, for example ``"sms.history"``; checked when the DAG is parsed.
    :param arguments: the method's arguments by name, ids among them: ``{"list_id": 5, "contact_id": 7}``.
    :param all_pages: read a paged call to its end and return a list of all rows, instead of one page
        ``{"rows", "total", "current_page", "last_page", "per_page"}``.
    """

    template_fields: Sequence[str] = ("arguments",)
    native_fields = frozenset({"arguments"})
    template_fields_renderers = {"arguments": "json"}  # noqa: RUF012

    def __init__(
        self, *, call: str, arguments: Mapping[str, Any] | None = None, all_pages: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        # `call` is not a template, so a misspelled one need not wait for the worker.
        self.all_pages = as_flag("all_pages", all_pages)
        check_call(call, all_pages=self.all_pages)
        self.call_name = call
        self.arguments = arguments

    def call(self, client: ClickSendClient, context: Context) -> Any:
        request = self._bound(client)
        if self.call_name not in SENDING_CALLS:
            return primitives(request())
        if context["ti"].try_number > 1:
            raise AirflowFailException(
                f"{self.call_name} is made on the first try only: nobody here can know what an earlier try has sent. "
                f"Look into the history, or use {_SENDING_OPERATORS[self.call_name]}, which can be retried."
            )
        try:
            return primitives(request())
        except ClickSendError as error:
            raise AirflowFailException(
                f"{error} It is not tried again, because that might send twice; "
                f"{_SENDING_OPERATORS[self.call_name]} can be retried."
            ) from error

    def _bound(self, client: ClickSendClient) -> Callable[[], Any]:
        """Return the call with its arguments, checked against the method's signature before anything is sent."""
        method = attrgetter(self.call_name)(client)
        if not isinstance(self.arguments, Mapping | None):
            raise ClickSendConfigError(
                f"arguments is {kind_of(self.arguments)}; it must be a dict (one that a template gives takes "
                "render_template_as_native_obj=True on the DAG).",
                field="arguments",
            )
        arguments = dict(self.arguments or {})
        signature = inspect.signature(method)
        try:
            signature.bind(**arguments)
        except TypeError as exc:
            raise ClickSendConfigError(
                f"{self.call_name}: {exc}; it takes {', '.join(signature.parameters)}.", field="arguments"
            ) from None
        for name in arguments.keys() & signature.parameters.keys():
            kind = str(signature.parameters[name].annotation)
            arguments[name] = as_wanted(f"{self.call_name}: {name}", arguments[name], kind)
        if self.call_name == "sms.cancel_all" and not arguments.get("custom_string"):
            raise ClickSendConfigError(
                "sms.cancel_all without a custom_string cancels the whole account's schedule: that takes "
                "ClickSendCancelAllSmsOperator(everything=True).",
                field="arguments",
            )
        if not self.all_pages:
            return partial(method, **arguments)
        if "page" in arguments:
            raise ClickSendConfigError(f"{self.call_name}: all_pages reads all pages, leave out page.", field="page")
        return partial(_all_rows, client, method, arguments)


_SENDING_OPERATORS = {
    "mms.send": "ClickSendMmsOperator",
    "sms.send": "ClickSendSmsOperator",
    "voice.send": "ClickSendVoiceOperator",
}


def check_call(call: str, *, all_pages: bool) -> None:
    """Check the name of a call.

    :raises ClickSendConfigError: when there is no such call, or no pages to read.
    """
    if call not in CALLS:
        from difflib import get_close_matches

        near = ", ".join(get_close_matches(call, CALLS)) or ", ".join(sorted(CALLS))
        raise ClickSendConfigError(
            f"call={call!r}: the client does not have this call; choose from {near}.", field="call"
        )
    if all_pages and call not in PAGED_CALLS:
        raise ClickSendConfigError(
            f"call={call!r} has no pages: all_pages goes with {', '.join(sorted(PAGED_CALLS))}.", field="all_pages"
        )


def primitives(result: Any) -> Any:
    """Return what a method gave as JSON primitives."""
    if isinstance(result, list):
        return [primitives(row) for row in result]
    return result.primitives() if hasattr(result, "primitives") else result


def _all_rows(client: ClickSendClient, method: Callable[..., Any], arguments: dict[str, Any]) -> list[Any]:
    return list(client.iterate(method, **arguments))

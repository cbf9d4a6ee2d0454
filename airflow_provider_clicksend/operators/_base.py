"""What all our operators share."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_clicksend.arguments import as_seconds, as_text
from airflow_provider_clicksend.connection import DEFAULT_CONN_ID
from airflow_provider_clicksend.rendering import TextRendering
from airflow_provider_clicksend.version_compat import BaseOperator, Context

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.hooks.clicksend import ClickSendHook


class Recipients:
    """Rendered recipients. The Airflow UI prints an object by its ``str``: how many there are, none of them whole."""

    template_fields = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __str__(self) -> str:
        from airflow_provider_clicksend.messaging.numbers import mask_number

        # Whatever it is: that it cannot be sent to is for the batch to say.
        rows = self.value if isinstance(self.value, list | tuple) else [self.value]
        shown = [mask_number(row.get("to") if isinstance(row, Mapping) else row) for row in rows[:3]]
        return f"{len(rows):,} recipient(s): {', '.join(shown)}{', ...' if len(rows) > len(shown) else ''}"


class ClickSendBaseOperator(TextRendering, BaseOperator):
    """An operator with a client. Subclasses implement `call`.

    :param clicksend_conn_id: the Airflow connection, of type ``clicksend``.
    """

    ui_color = "#e8f4ff"
    #: Templated fields that may be None.
    optional_fields: ClassVar[frozenset[str]] = frozenset()
    #: Templated fields that hold objects of ours, which check themselves.
    object_fields: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, *, clicksend_conn_id: str = DEFAULT_CONN_ID, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.clicksend_conn_id = clicksend_conn_id

    @cached_property
    def hook(self) -> ClickSendHook:
        """The hook of the connection, made on the worker."""
        from airflow_provider_clicksend.hooks.clicksend import ClickSendHook

        return ClickSendHook(self.clicksend_conn_id)

    def execute(self, context: Context) -> Any:
        """Do the work; an error that no retry can heal fails the task at once."""
        from airflow_provider_clicksend.failing import failing_for_good

        with failing_for_good():
            self.check_rendered()
            return self.call(self.hook.get_conn(), context)

    def check_rendered(self) -> None:
        """Check what templates and upstream tasks gave: ids, times and texts are what they should be.

        :raises ClickSendConfigError: names the argument.
        """
        for name in _own_fields(type(self)):
            value = getattr(self, name)
            if name in self.native_fields | self.object_fields or (value is None and name in self.optional_fields):
                continue
            setattr(self, name, _checked(name, value))

    def call(self, client: ClickSendClient, context: Context) -> Any:
        """Do the work and return JSON primitives."""
        raise NotImplementedError


def _checked(name: str, value: Any) -> Any:
    if name.endswith("_id"):
        from airflow_provider_clicksend.api.paths import as_id

        return as_id(value, name=name)
    return as_seconds(name, value) if name.endswith("_after") else as_text(name, value)


def _own_fields(operator: type[ClickSendBaseOperator]) -> set[str]:
    """Return the templated fields that we have made so: what a user's subclass adds may be anything."""
    package = __name__.partition(".")[0]
    ours = (kind for kind in operator.__mro__ if kind.__module__.partition(".")[0] == package)
    return {name for kind in ours for name in vars(kind).get("template_fields", ())}

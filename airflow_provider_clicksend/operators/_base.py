"""What all our operators share."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_clicksend.api.paths import as_id
from airflow_provider_clicksend.arguments import as_seconds, as_text
from airflow_provider_clicksend.connection import DEFAULT_CONN_ID
from airflow_provider_clicksend.rendering import TextRendering
from airflow_provider_clicksend.version_compat import BaseOperator, Context

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.hooks.clicksend import ClickSendHook


class ClickSendBaseOperator(TextRendering, BaseOperator):
    """An operator with a client. Subclasses implement `call`.

    :param clicksend_conn_id: the Airflow connection, of type ``clicksend``.
    """

    ui_color = "#e8f4ff"
    #: Templated fields that may be None.
    optional_fields: ClassVar[frozenset[str]] = frozenset()

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
            if name in self.native_fields or (value is None and name in self.optional_fields):
                continue
            setattr(self, name, _checked(name, value))

    def call(self, client: ClickSendClient, context: Context) -> Any:
        """Do the work and return JSON primitives."""
        raise NotImplementedError


def _checked(name: str, value: Any) -> Any:
    if name.endswith("_id"):
        return as_id(value, name=name)
    return as_seconds(name, value) if name.endswith("_after") else as_text(name, value)


def _own_fields(operator: type[ClickSendBaseOperator]) -> set[str]:
    """Return the templated fields that we have made so: what a user's subclass adds may be anything."""
    package = __name__.partition(".")[0]
    ours = (kind for kind in operator.__mro__ if kind.__module__.partition(".")[0] == package)
    return {name for kind in ours for name in vars(kind).get("template_fields", ())}

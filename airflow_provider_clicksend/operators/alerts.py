"""What alerts leave for later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.rendering import TextRendering
from airflow_provider_clicksend.version_compat import BaseOperator, Context

if TYPE_CHECKING:
    from airflow_provider_clicksend.notifications.clicksend import ClickSendNotifier


class ClickSendAlertSummaryOperator(TextRendering, BaseOperator):
    """Tell what the brake (`cooldown`) of notifiers held back, once its window is over, without a later alert.

    For a small DAG that runs every few minutes. A run that finds nothing reads some Variables and sends nothing. It
    also tells of failures whose own alert could not be sent, or whose sender was killed.

    :param notifiers: the notifiers whose alerts are counted, as the DAGs use them: the same `to`, `sender`,
        `clicksend_conn_id` and `cooldown`.
    :param groups: the names of their groups: the ids of the DAGs, or what the notifiers' `group` gives.
    """

    template_fields: Sequence[str] = ("groups",)
    native_fields = frozenset({"groups"})
    ui_color = "#e8f4ff"

    def __init__(
        self, *, notifiers: ClickSendNotifier | Sequence[ClickSendNotifier], groups: Sequence[str], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.notifiers = notifiers
        self.groups = groups

    def execute(self, context: Context) -> list[dict[str, Any]]:
        """Tell it; returns ``group``, ``kind``, ``count`` and ``at_least`` of each text.

        :raises ClickSendError: a text was not accepted; the others were sent all the same.
        """
        from airflow_provider_clicksend.exceptions import ClickSendError
        from airflow_provider_clicksend.notifications._summary import tell_what_was_held_back

        told: list[dict[str, Any]] = []
        errors: list[ClickSendError] = []
        listed: Any = self.notifiers if isinstance(self.notifiers, list | tuple) else [self.notifiers]
        for notifier in listed:
            for group in [self.groups] if isinstance(self.groups, str) else self.groups:
                try:
                    found = tell_what_was_held_back(notifier, group, context)
                except ClickSendError as error:
                    self.log.error("What was held back of %s was not told: %s", group, error)
                    errors.append(error)
                else:
                    told += [{"group": group, **one} for one in found]
        if errors:
            raise errors[0]
        return told

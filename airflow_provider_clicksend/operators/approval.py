"""A review on Airflow's page and by phone, whichever is answered first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import SkipMixin

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.operators.ask import ClickSendAskOperator
from airflow_provider_clicksend.version_compat import (
    AIRFLOW_V_3_1_PLUS,
    AirflowFailException,
    Context,
    skip_downstream,
)

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.operators._approval import ReviewTask
    from airflow_provider_clicksend.version_compat import BaseTrigger

__all__ = ["ClickSendApprovalOperator"]

#: The options of Airflow's own approvals, and what people text.
OPTIONS: Mapping[str, Sequence[str]] = {"Approve": ("yes", "y", "ok", "approved"), "Reject": ("no", "n", "rejected")}


class ClickSendApprovalOperator(ClickSendAskOperator, SkipMixin):
    """Ask for an approval on Airflow's page of required actions and by phone; the first answer of both decides.

    It needs Airflow 3.1. An answer on the page is recorded with its user as always; one by phone is recorded there
    without a user, since no one has logged in, and with the masked number beside it. Airflow takes one answer only.

    Returns ``{"answer", "answered_by", "answered_at", "text", "answered_on"}``: the option, the masked number or the
    name of Airflow's user, the time, the words of a text, and ``"phone"`` or ``"page"``.

    :param question: what to ask, also the subject on the page. (templated)
    :param body: what the page shows below it, as Markdown; it is not texted. (templated)
    :param options: the answers that count, or a mapping of each to its translations. By default Approve and Reject,
        which people may also call yes and no.
    :param reject: the option, or options, after which the tasks that follow are skipped.
    :param fail_on_reject: fail the task then instead.
    :param ignore_downstream_trigger_rules: skip all tasks that follow, whatever their trigger rules say; else only
        those that follow directly.
    :param assigned_users: who may answer on the page: ``[{"id", "name"}]``; by default everybody who may edit the run.
    :raises ClickSendConfigError: when the DAG is parsed: before Airflow 3.1, or for arguments that cannot work.
    """

    inherits_from_skipmixin = True
    template_fields: Sequence[str] = (*ClickSendAskOperator.template_fields, "body")

    def __init__(
        self,
        *,
        options: Sequence[str] | Mapping[str, Sequence[str]] = OPTIONS,
        body: str | None = None,
        reject: str | Sequence[str] = "Reject",
        fail_on_reject: bool = False,
        ignore_downstream_trigger_rules: bool = False,
        assigned_users: Sequence[Mapping[str, str]] | None = None,
        **kwargs: Any,
    ) -> None:
        if not AIRFLOW_V_3_1_PLUS:
            raise ClickSendConfigError(
                "ClickSendApprovalOperator needs Airflow 3.1, where the page of required actions came: use "
                "ClickSendAskOperator, which asks by phone only.",
                field="task_id",
            )
        super().__init__(options=options, **kwargs)
        self.reject = [reject] if isinstance(reject, str) else list(reject)
        unknown = sorted(set(self.reject) - set(self.answers.names))
        if unknown:
            raise ClickSendConfigError(f"reject: {', '.join(unknown)}: none of the options.", field="reject")
        self.body = body
        self.fail_on_reject = fail_on_reject
        self.ignore_downstream_trigger_rules = ignore_downstream_trigger_rules
        self.assigned_users = assigned_users

    def new_task(self, client: ClickSendClient, context: Context, memo: Any) -> ReviewTask:
        """Return what works on the review."""
        from airflow_provider_clicksend.operators._approval import ReviewTask

        return ReviewTask(self, client, context, memo)

    def new_trigger(self, arguments: Mapping[str, Any]) -> BaseTrigger:
        """Return what waits for both."""
        from airflow_provider_clicksend.triggers.approval import ClickSendApprovalTrigger

        return ClickSendApprovalTrigger(**arguments)

    def conclude(self, result: dict[str, Any], context: Context) -> Any:
        """Go on, skip what follows, or fail, and return the result."""
        if result["answer"] not in self.reject:
            return result
        if self.fail_on_reject:
            raise AirflowFailException(f"Rejected by {result['answered_by']}.")
        self.log.info("The answer is %s: what follows is skipped.", result["answer"])
        skip_downstream(self, context, all_of_them=self.ignore_downstream_trigger_rules)
        return result

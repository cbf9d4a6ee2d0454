"""Airflow's page of required actions (3.1 and newer): a review is put there by a task and answered in the triggerer.

A task may put a review on the page, but neither read nor answer it; a trigger may do both, without anybody's
credentials. Whoever answers first has decided: Airflow refuses a second answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from airflow_provider_clicksend.version_compat import AIRFLOW_CALL_ERRORS


def put_on_page(
    ti_id: Any,
    *,
    subject: str,
    body: str | None,
    options: Sequence[str],
    default: str | None,
    assigned_users: Sequence[Mapping[str, str]] | None,
) -> None:
    """Show a review, on the worker. An earlier answer of the same task is forgotten.

    :param body: Markdown. :param default: the option that is marked. :param assigned_users: who may answer; None for
        everybody who may edit the run.
    """
    from airflow.sdk.execution_time.hitl import upsert_hitl_detail

    people: Any = [dict(user) for user in assigned_users or ()]
    upsert_hitl_detail(
        ti_id=ti_id,
        options=list(options),
        subject=subject,
        body=body,
        defaults=None if default is None else [default],
        params={},
        assigned_users=people or None,
    )


def answer_on_page(ti_id: Any) -> dict[str, Any] | None:
    """Return the answer that stands on the page, in a trigger: ``{"option", "user", "at"}``, or None.

    The user is None for an answer that was recorded by `record_on_page`; the time is ISO 8601.
    """
    from airflow.sdk.execution_time.hitl import get_hitl_detail_content_detail

    detail = get_hitl_detail_content_detail(ti_id=ti_id)
    # `dag.test()` of Airflow 3.3 has no page for its triggers, and gives None.
    if detail is None or not detail.response_received or not detail.chosen_options:
        return None
    user = getattr(detail, "responded_by_user", None)
    at = detail.responded_at
    return {
        "option": detail.chosen_options[0],
        "user": user.name if user is not None else None,
        "at": at.isoformat() if at is not None else None,
    }


def record_on_page(ti_id: Any, option: str, notes: Mapping[str, str]) -> dict[str, Any] | None:
    """Record an answer on the page, in a trigger, and return the answer of somebody who was first, or None.

    :param notes: what the page shows beside the answer.
    """
    from airflow.sdk.execution_time.hitl import update_hitl_detail_response

    stands = answer_on_page(ti_id)
    if stands is not None:
        return stands if stands["user"] is not None else None
    try:
        update_hitl_detail_response(ti_id=ti_id, chosen_options=[option], params_input=dict(notes))
    except AIRFLOW_CALL_ERRORS:
        stands = answer_on_page(ti_id)
        if stands is None:
            raise
        return stands if stands["user"] is not None else None
    return None

"""What the tasks of a run pushed, read from Airflow's database."""

from __future__ import annotations

from airflow_provider_clicksend.links.clicksend import ASKED_KEY, MESSAGES_KEY
from airflow_provider_clicksend.messaging.message_table import Pushed

#: What our tasks push about messages.
KEYS = ("return_value", ASKED_KEY)


def read_pushed(dag_id: str, run_id: str, task_id: str | None = None, map_index: int | None = None) -> list[Pushed]:
    """Return what our tasks pushed, in the order of tasks and of their mapping; nothing when there is no such run.

    Ours are those that pushed the link to the page: what other tasks pushed may be large, and is not read.
    """
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from sqlalchemy import select
    from sqlalchemy.orm import aliased

    marker = aliased(XComModel)
    query = (
        select(XComModel.task_id, XComModel.map_index, XComModel.key, XComModel.value)
        .join(
            marker,
            (marker.dag_run_id == XComModel.dag_run_id)
            & (marker.task_id == XComModel.task_id)
            & (marker.map_index == XComModel.map_index),
        )
        .where(XComModel.dag_id == dag_id, XComModel.run_id == run_id, XComModel.key.in_(KEYS))
        .where(marker.key == MESSAGES_KEY)
        .order_by(XComModel.task_id, XComModel.map_index, XComModel.key)
    )
    if task_id is not None:
        query = query.where(XComModel.task_id == task_id)
    if map_index is not None:
        query = query.where(XComModel.map_index == map_index)
    with create_session() as session:
        rows = session.execute(query).all()
    return [Pushed(task, index, key, plain(value)) for task, index, key, value in rows]


def plain(value: object) -> object:
    """Return what a task pushed: the api-server keeps it as JSON, or as the text of a JSON."""
    import json

    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value

"""What `SqlToContactListOperator` does on the worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError, ClickSendError, ClickSendNotFoundError
from airflow_provider_clicksend.api.models.contacts import ContactFields
from airflow_provider_clicksend.messaging.list_sync import Change, Plan, checked_rows, plan
from airflow_provider_clicksend.version_compat import AirflowSkipException

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.operators.sql import SqlToContactListOperator

#: So many changes a result shows.
_SHOWN = 20


def sync(operator: SqlToContactListOperator, client: ClickSendClient) -> dict[str, Any]:
    """Compare, check the limits, change, and return what was changed."""
    _check_fields(operator)
    rows = checked_rows(operator.read_rows(operator.columns))
    if not rows:
        if operator.on_empty == "skip":
            raise AirflowSkipException("The query found nobody; the list stays as it is.")
        raise ClickSendConfigError(
            "The query found nobody, which would empty the list. on_empty='skip' skips the task; to delete a list, use "
            "ClickSendDeleteContactListOperator. Nothing was changed.",
            field="sql",
        )
    planned = plan(rows, client.iterate(client.contacts.list, operator.list_id))
    result = _result(operator, planned)
    operator.log.info(
        "List %s: %d contacts to create, %d to update, %d to delete, %d stay as they are.",
        operator.list_id,
        *(result[name] for name in ("created", "updated", "deleted", "unchanged")),
    )
    _check_limits(operator, planned)
    if not operator.dry_run_only:
        _apply(operator, client, planned)
    return result


def _check_fields(operator: SqlToContactListOperator) -> None:
    unknown = sorted(set(operator.columns) - set(ContactFields.model_fields))
    if unknown:
        raise ClickSendConfigError(
            f"A contact has no {', '.join(unknown)}; it has {', '.join(ContactFields.model_fields)}.", field="columns"
        )


def _check_limits(operator: SqlToContactListOperator, planned: Plan) -> None:
    limits = (
        ("max_deletes", operator.max_deletes, planned.count("delete"), "contacts would be deleted"),
        ("max_changes", operator.max_changes, len(planned.changes), "contacts would be changed"),
    )
    for name, limit, count, what in limits:
        if limit is not None and count > limit:
            raise ClickSendConfigError(f"{count:,} {what} and {name} is {limit:,}. Nothing was changed.", field=name)


def _apply(operator: SqlToContactListOperator, client: ClickSendClient, planned: Plan) -> None:
    for done, change in enumerate(planned.changes):
        try:
            _change(operator.list_id, client, change)
        except ClickSendNotFoundError as error:
            raise ClickSendError(
                f"Somebody else has changed list {operator.list_id} meanwhile: {error} {done:,} of "
                f"{len(planned.changes):,} changes were made; the next try compares again and makes the rest."
            ) from error
        except ClickSendError:
            operator.log.warning("%d of %d changes were made; the next try makes the rest.", done, len(planned.changes))
            raise


def _change(list_id: int | str, client: ClickSendClient, change: Change) -> None:
    contacts = client.contacts
    if change.contact_id is None:
        contacts.create(list_id, **change.fields)
    elif change.kind == "update":
        contacts.update(list_id, change.contact_id, **change.fields)
    else:
        try:
            contacts.delete(list_id, change.contact_id)
        except ClickSendNotFoundError:
            return  # gone already


def _result(operator: SqlToContactListOperator, planned: Plan) -> dict[str, Any]:
    return {
        "list_id": int(operator.list_id) if str(operator.list_id).isdigit() else operator.list_id,
        "created": planned.count("create"),
        "updated": planned.count("update"),
        "deleted": planned.count("delete"),
        "unchanged": planned.unchanged,
        "dry_run": operator.dry_run_only,
        "changes": [change.shown() for change in planned.changes[:_SHOWN]],
    }

"""Who a send operator sends to: its checked recipients without those who are left out, within its limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.api.paths import as_id
from airflow_provider_clicksend.api.values import kind_of
from airflow_provider_clicksend.messaging.batch import Batch
from airflow_provider_clicksend.messaging.inputs import number_problem
from airflow_provider_clicksend.messaging.quiet_hours import QuietHours, QuietTimes
from airflow_provider_clicksend.messaging.recipients import Chosen, NumberSet, choose
from airflow_provider_clicksend.operators._base import Recipients
from airflow_provider_clicksend.operators._send_operator import SendOperator, ToRecipients

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient

_NAMED_ROWS = 20
#: So many characters of a wrong value an error shows.
_SHOWN = 20

#: Numbers or rows as they were given, or None: the contacts of a list.
Gathered = Sequence[str | Mapping[str, Any]] | None


def gather(operator: SendOperator, client: ClickSendClient) -> Gathered:
    """Return the recipients, unchecked."""
    return _named(operator) if isinstance(operator, ToRecipients) else operator.rows(client)


def _named(operator: ToRecipients) -> Gathered:
    to = operator.to.value if isinstance(operator.to, Recipients) else operator.to
    if (to is None) == (operator.list_id is None):
        both = "both are given" if to is not None else "both are empty; did the upstream task return anything?"
        raise ClickSendConfigError(f"Exactly one of `to` and `list_id` is needed: {both}", field="to")
    if to is None:
        for name in ("quiet_hours", "exclude_list_id"):
            if getattr(operator, name) is not None:
                raise ClickSendConfigError(
                    f"{name} goes with `to`: ClickSend itself texts the contacts of `list_id`. Read them with "
                    "ClickSendListContactsOperator.",
                    field=name,
                )
        return None
    recipients = [to] if isinstance(to, str) else to
    if not isinstance(recipients, Sequence):
        raise ClickSendConfigError(f"to {_recipients_problem(recipients)}", field="to")
    # A mapped task's output is not a list: it would ask Airflow again for each element.
    return recipients if isinstance(recipients, list) else list(recipients)


def _recipients_problem(to: object) -> str:
    if isinstance(to, Mapping):
        return "is a dict; a single row stands in a list: [row]"
    if isinstance(to, Iterable):
        return f"is {kind_of(to)}; make a list of it, such as list(...), .tolist() or .to_dict('records')"
    return number_problem(to) or "is not a number"


def excluded_numbers(operator: SendOperator, client: ClickSendClient) -> NumberSet | None:
    """Return the numbers of the list whose contacts are not sent to."""
    if operator.exclude_list_id is None:
        return None
    list_id = checked_list_id("exclude_list_id", operator.exclude_list_id)
    contacts = client.iterate(client.contacts.list, list_id)
    numbers = NumberSet(contact.phone_number for contact in contacts if contact.phone_number)
    operator.log.info("Leaving out the %d numbers of list %d.", len(numbers), list_id)
    if numbers.unreadable:
        operator.log.warning(
            "%d contacts of list %d have a number that is too short to tell whose it is: they exclude nobody.",
            numbers.unreadable,
            list_id,
        )
    return numbers


def chosen_of(operator: SendOperator, client: ClickSendClient, batch: Batch, gathered: Gathered) -> Chosen:
    """Return who of a checked batch is sent to.

    :raises ClickSendConfigError: for numbers that come twice, where that is an error, and for too many recipients.
    """
    if gathered is None:
        _check_count(operator, _contacts_count(operator, client))
        return Chosen(batch.recipients)
    excluded = excluded_numbers(operator, client)
    chosen = choose(
        batch.recipients,
        excluded=excluded,
        are_distinct=batch.are_numbers_distinct,
        on_duplicates=operator.on_duplicates,
    )
    _check_count(operator, len(chosen.recipients))
    if chosen.excluded:
        operator.log.info("%d recipients are in the list that is left out.", chosen.excluded)
    if warning := chosen.warning():
        operator.log.warning("%s", warning)
    return chosen


def _contacts_count(operator: SendOperator, client: ClickSendClient) -> int:
    if operator.max_recipients is None or not isinstance(operator, ToRecipients):
        return 0
    return client.lists.get(operator.list_id or "").contacts_count or 0


def _check_count(operator: SendOperator, count: int) -> None:
    if operator.max_recipients is not None and count > operator.max_recipients:
        raise ClickSendConfigError(
            f"There are {count:,} recipients and max_recipients is {operator.max_recipients:,}. Nothing was sent.",
            field="max_recipients",
        )


def quiet_times(operator: SendOperator, batch: Batch, now: float) -> QuietTimes | None:
    """Return when the messages of a batch may leave, None when that is always.

    :raises ClickSendConfigError: names those for whom no such time can be found.
    """
    if operator.quiet_hours is None:
        return None
    quiet = QuietTimes(QuietHours.read(operator.quiet_hours))
    bad: list[str] = []
    for place, message in enumerate(zoned(batch)):
        problem = quiet.problem(message, now)
        if problem:
            bad.append(f"to[{place}] {problem}")
    if bad:
        more = f" and {len(bad) - _NAMED_ROWS} more" if len(bad) > _NAMED_ROWS else ""
        raise ClickSendConfigError(f"{'; '.join(bad[:_NAMED_ROWS])}{more}. Nothing was sent.", field="quiet_hours")
    return quiet


def zoned(batch: Batch) -> Iterator[dict[str, Any]]:
    """Yield the number and the time zone of each message."""
    for row in batch.recipients:
        yield {"to": row} if isinstance(row, str) else {"to": row["to"], "timezone": row.get("timezone")}


def checked_list_id(name: str, value: int | str) -> int:
    """Return the id of a list.

    :raises ClickSendConfigError: when it is not a number.
    """
    text = as_id(value, name=name)
    if not text.isdigit():
        raise ClickSendConfigError(f"{name} is the text {text[:_SHOWN]!r}; it must be a whole number.", field=name)
    return int(text)


def only(batch: Batch, chosen: Chosen) -> Batch:
    """Return the batch of those who were chosen."""
    return batch if chosen.recipients is batch.recipients else replace(batch, recipients=chosen.recipients)

"""From a notifier and a context to what is sent: whom, what, in whose name. A flaw in one of them loses none of it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.api.values import reads_missing
from airflow_provider_clicksend.messaging import alerts
from airflow_provider_clicksend.messaging.alert_inputs import Numbers, printable, read_numbers, without_templates
from airflow_provider_clicksend.messaging.alert_window import Held
from airflow_provider_clicksend.messaging.alerts import Event
from airflow_provider_clicksend.notifications._events import safely_redacted
from airflow_provider_clicksend.notifications._send import Letter
from airflow_provider_clicksend.version_compat import Context

if TYPE_CHECKING:
    from airflow_provider_clicksend.hooks.clicksend import ClickSendHook
    from airflow_provider_clicksend.notifications.clicksend import ClickSendNotifier

log = logging.getLogger(__name__)

_MAX_GROUP = 100


def identity(notifier: ClickSendNotifier, role: str) -> str:
    """Return what tells a notifier from others on the same task, the same in every process.

    :param role: whose fallback it is, and which.
    """
    how = (notifier.channel, notifier.to, notifier.body, notifier.sender, notifier.clicksend_conn_id, notifier.group)
    return alerts.mark(*map(repr, how), role)


def write_letter(
    notifier: ClickSendNotifier, context: Context, hook: ClickSendHook, *, event: Event, reference: str, summary: Held
) -> Letter:
    """Return what the notifier has to say.

    :param summary: what was held back before, to be told too.
    :raises ClickSendConfigError: there is nobody to tell, or the connection cannot work.
    """
    return letter_saying(notifier, context, hook, text=_text(notifier, context, event, summary), reference=reference)


def letter_saying(
    notifier: ClickSendNotifier, context: Context, hook: ClickSendHook, *, text: str, reference: str
) -> Letter:
    """Return a letter with this text to the notifier's people.

    :raises ClickSendConfigError: there is nobody to tell, or the connection cannot work.
    """
    to = _recipients(_numbers(notifier, context))
    common = {**notifier.common_fields(text), "from": _sender(notifier, context)}
    return Letter.to(hook.get_conn(), notifier.channel, to=to, common=common, reference=reference)


def group_of(notifier: ClickSendNotifier, context: Context, event: Event) -> str:
    """Return the name of the notifier's group."""
    given = printable(notifier.rendered("group", context) or "")
    return given[:_MAX_GROUP] or printable(event.dag_id or "") or "Airflow"


def mark_of(notifier: ClickSendNotifier, context: Context, group: str, kind: str) -> str:
    """Return what identifies a group of the notifier's alerts in the memory."""
    people = people_of(notifier, context)
    return alerts.group_mark(notifier.channel, people, group, kind, notifier.clicksend_conn_id, notifier.sender)


def people_of(notifier: ClickSendNotifier, context: Context) -> tuple[str, ...]:
    """Return what stands for the people of a group: their numbers, or what was given where none can be read."""
    return _numbers(notifier, context).good or (repr(notifier.to),)


def _numbers(notifier: ClickSendNotifier, context: Context) -> Numbers:
    """Read the numbers, each one by itself: one that cannot be rendered must not silence the others."""
    given = notifier.to
    listed = list(given) if isinstance(given, list | tuple | set | frozenset) else [given]
    rendered: list[object] = []
    for one in listed:
        value = notifier.rendered_value("to", one, context)
        rendered.append(without_templates(one) if value is None and isinstance(one, str) else value)
    return read_numbers(rendered)


def _recipients(numbers: Numbers) -> list[str]:
    if not numbers.good:
        raise ClickSendConfigError(
            f"`to` ({', '.join(numbers.bad) or 'empty'}) is not a number in E.164, such as +15551234567: "
            "nobody can be told. Did the template or the Variable give anything?",
            field="to",
        )
    if numbers.bad:
        log.error("No alert for %s: not a number in E.164, such as +15551234567.", ", ".join(numbers.bad))
    return list(numbers.good)


def _text(notifier: ClickSendNotifier, context: Context, event: Event, summary: Held) -> str:
    now = datetime.now(UTC)
    group = group_of(notifier, context, event) if summary.count else ""
    before = alerts.more_text(summary, kind=event.kind, group=group, now=now) if summary.count else ""
    body = safely_redacted(printable(notifier.rendered("body", context) or ""))
    # The word "None" is what a template made of something that is not there.
    if body and not reads_missing(body):
        text = f"{before}\n{body}" if before else body
    else:
        text = printable(alerts.default_text(event, now=now, before=before))
    return notifier.fitted(text)


def _sender(notifier: ClickSendNotifier, context: Context) -> str | None:
    """Return the sender; one that ClickSend cannot take is left out, so that the connection's stands in."""
    from airflow_provider_clicksend.messaging.row_check import check_sender

    sender = printable(notifier.rendered("sender", context) or "")
    if not sender:
        return None
    try:
        check_sender(sender)
    except ClickSendConfigError as error:
        log.error("The alert goes out under the connection's sender: %s.", error)
        return None
    return sender

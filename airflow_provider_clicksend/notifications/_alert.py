"""One call of a notifier, from Airflow's context to a text that ClickSend accepted, or to the fallback."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from copy import copy
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError, ClickSendError
from airflow_provider_clicksend.messaging import alerts
from airflow_provider_clicksend.messaging.alert_window import Held
from airflow_provider_clicksend.messaging.alerts import Event
from airflow_provider_clicksend.messaging.numbers import is_e164, mask_number
from airflow_provider_clicksend.notifications._alert_state import AlertMemory, Taken
from airflow_provider_clicksend.notifications._events import read_event
from airflow_provider_clicksend.notifications._send import send_alert
from airflow_provider_clicksend.version_compat import AIRFLOW_CALL_ERRORS, BaseNotifier, Context, redact

if TYPE_CHECKING:
    from airflow_provider_clicksend.hooks.clicksend import ClickSendHook
    from airflow_provider_clicksend.notifications.clicksend import ClickSendNotifier

log = logging.getLogger(__name__)

#: What may keep an alert from being sent.
SEND_ERRORS: tuple[type[Exception], ...] = (ClickSendError, *AIRFLOW_CALL_ERRORS)


def alert(notifier: ClickSendNotifier, context: Context, hook: ClickSendHook, *, remembers: bool) -> None:
    """Send what the notifier has to say about this context, unless it is held back.

    :param remembers: whether what was sent lately can be written down in this process.
    :raises ClickSendError: it could not be sent, and no fallback could.
    """
    event = read_event(context)
    if event.kind == "retry" and notifier.only_final and not _is_retry_callback(notifier, context):
        log.info("%s will be tried again: no alert (only_final=False would send one).", event.name)
        return
    memory = None
    try:
        to = _numbers(notifier.rendered("to", context))
        group = str(notifier.rendered("group", context) or event.dag_id or "Airflow")
        memory = _memory(notifier, event, to, group) if remembers else None
        taken = memory.take() if memory else Taken("send")
        if taken.verdict == "send":
            _send(notifier, hook, context, event, to=to, before=_summary(taken.held, event, group))
        else:
            log.info("%s: no alert (%s).", event.name, taken.verdict)
    except SEND_ERRORS as error:
        log.error("The %s alert was not sent: %s", notifier.channel, error)
        if _fall_back(notifier, context):
            return
        if memory:
            memory.release()
        raise


def _is_retry_callback(notifier: ClickSendNotifier, context: Context) -> bool:
    """Tell whether somebody wants this very notifier to speak about retries."""
    callbacks = getattr(context.get("task"), "on_retry_callback", None)
    return any(callback is notifier for callback in (callbacks if isinstance(callbacks, list | tuple) else [callbacks]))


def _numbers(to: object) -> list[str]:
    """Return the numbers that can be texted; the others are logged, they must not silence the rest."""
    listed = to if isinstance(to, list | tuple) else [to] if to else []
    given = dict.fromkeys(map(str, listed))
    good = [number for number in given if is_e164(number)]
    bad = ", ".join(mask_number(number) for number in given if not is_e164(number))
    if not good:
        raise ClickSendConfigError(
            f"`to` ({bad or 'empty'}) is no number in E.164 such as +15551234567: nobody can be told.", field="to"
        )
    if bad:
        log.error("No alert for %s: no number in E.164 such as +15551234567.", bad)
    return good


def _memory(notifier: ClickSendNotifier, event: Event, to: Sequence[str], group: str) -> AlertMemory | None:
    if notifier.cooldown is None and event.kind not in alerts.FAILURES:
        return None  # Airflow reports only failures twice
    return AlertMemory(
        alerts.group_mark(notifier.channel, to, group, event.kind),
        group=group,
        event=alerts.reference(event),
        name=event.name,
        cooldown=None if notifier.cooldown is None else notifier.cooldown.total_seconds(),
    )


def _summary(held: Held, event: Event, group: str) -> str:
    return alerts.more_text(held, kind=event.kind, group=group, now=datetime.now(UTC)) if held.count else ""


def _send(
    notifier: ClickSendNotifier, hook: ClickSendHook, context: Context, event: Event, *, to: Sequence[str], before: str
) -> None:
    body = redact(str(notifier.rendered("body", context) or "").strip())
    if body:
        text = f"{before}\n{body}" if before else body
    else:
        text = alerts.default_text(event, now=datetime.now(UTC), before=before)
    tally = send_alert(
        hook.get_conn(),
        notifier.channel,
        to=to,
        common={**notifier.common_fields(notifier.fitted(text)), "from": notifier.rendered("sender", context) or None},
        reference=alerts.reference(event),
        settle=notifier.SETTLE,
    )
    log.info("Alert accepted by ClickSend: %s.", ", ".join(str(row["message_id"]) for row in tally.rows))


def _fall_back(notifier: ClickSendNotifier, context: Context) -> bool:
    for other in notifier.fallback:
        name = type(other).__name__
        try:
            _tell(other, context)
        except Exception:  # of any kind: the others must still be tried
            log.exception("The fallback %s failed too.", name)
        else:
            log.warning("The fallback %s took over.", name)
            return True
    return False


def _tell(other: Callable[[Context], Any], context: Any) -> None:
    if not isinstance(other, BaseNotifier):
        other(context)
        return
    # A copy, because Airflow's rendering is for good; not called, because Airflow 2 then swallows the error.
    once: Any = copy(other)
    once.only_final = False  # whether to speak at all was decided before
    once.render_template_fields(context)
    once.notify(context)

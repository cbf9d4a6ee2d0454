"""One call of a notifier: from Airflow's context to a text that ClickSend accepted, or to a fallback's, within 15 s."""

from __future__ import annotations

import logging
from collections.abc import Callable
from copy import copy
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.deadline import Deadline
from airflow_provider_clicksend.api.errors import ClickSendOutcomeUnknownError
from airflow_provider_clicksend.hooks.clicksend import ClickSendHook
from airflow_provider_clicksend.messaging import alerts
from airflow_provider_clicksend.messaging.alert_brake import Taken
from airflow_provider_clicksend.messaging.alert_window import Held, State
from airflow_provider_clicksend.notifications._alert_state import AlertMemory
from airflow_provider_clicksend.notifications._bounded import bounded
from airflow_provider_clicksend.notifications._events import safely_read_event
from airflow_provider_clicksend.notifications._letter import group_of, identity, mark_of, write_letter
from airflow_provider_clicksend.notifications._told import told_here
from airflow_provider_clicksend.version_compat import BaseNotifier, Context

if TYPE_CHECKING:
    from airflow_provider_clicksend.messaging.alerts import Event
    from airflow_provider_clicksend.notifications._send import Letter
    from airflow_provider_clicksend.notifications.clicksend import ClickSendNotifier

log = logging.getLogger(__name__)

#: Seconds that one notifier gets at most, before it is the next one's turn.
TURN = 5.0
#: Seconds that are kept for the text while it is being decided who sends, and more for each fallback.
RESERVE, RESERVE_EACH, MAX_RESERVE = 2.5, 1.0, 4.5
#: Seconds that a lost task's report may spend on looking whether it was texted before.
LOOK_BEFORE = 3.0
#: Seconds that it may then wait for the history to show its text.
SHOWN_WITHIN = 4.0
#: Seconds for which it is remembered that a deadline was told of: Airflow 3.3.2 runs an AsyncCallback in every
#: triggerer that looks for work meanwhile, each of them a second or so after the other.
ONE_DEADLINE = 600.0
#: Seconds after which no other triggerer is likely to begin with the same callback.
ALL_HAVE_BEGUN = 10.0
#: Seconds by which a turn may outlast its requests, so that their own errors come first.
_GRACE = 0.3


def alert(
    notifier: ClickSendNotifier, context: Context, hook: ClickSendHook, *, remembers: bool, deadline: Deadline
) -> None:
    """Send what the notifier has to say about this context, unless it is held back.

    :param remembers: whether what was sent lately can be written down in this process.
    :param deadline: when somebody must have been told.
    :raises Exception: of whatever kind kept it from being sent; no fallback could send either.
    """
    event = safely_read_event(context)
    if event.kind == "retry" and notifier.only_final and not _is_retry_callback(notifier, context):
        log.info("%s will be tried again: no alert (only_final=False would send one).", event.name)
        return
    call = Alert(notifier, context, hook, event=event, deadline=deadline)
    memory = call.memory() if remembers and (notifier.cooldown is not None or "deadline" in context) else None
    taken = memory.take() if memory else Taken("send")
    if taken.verdict == "held":
        log.log(
            logging.INFO if taken.sure else logging.WARNING,
            "%s: no alert (held%s).",
            event.name,
            "" if taken.sure else "; whether another alert was accepted could not be seen in time",
        )
        return
    call.summary = taken.told
    try:
        call.tell(copies=taken.copies)
    except Exception:
        if not call.is_told:
            log.error("NOBODY WAS TOLD about %s.", event.name)
        raise
    finally:
        if memory:
            memory.settle(call.state, copies=call.letter.leaves if call.letter and call.state == "doubt" else 0)


def forget(notifier: ClickSendNotifier, context: Context, hook: ClickSendHook) -> None:
    """Delete what `alert` wrote down about a deadline when the notifier has no `cooldown`."""
    event = safely_read_event(context)
    Alert(notifier, context, hook, event=event, deadline=Deadline.after(notifier.TIME)).memory().forget()


class Alert:
    """What one notifier says about one event.

    :param deadline: when it must be over. :param role: whose fallback it is, empty when Airflow called it.
    """

    def __init__(
        self,
        notifier: ClickSendNotifier,
        context: Context,
        hook: ClickSendHook,
        *,
        event: Event,
        deadline: Deadline,
        role: str = "",
    ) -> None:
        self.notifier = notifier
        self.context = context
        self.hook = hook
        self.event = event
        self.deadline = deadline
        self.role = role
        self.reference = alerts.reference(event, identity(notifier, role))
        self.summary = Held()
        self.letter: Letter | None = None
        self.state: State = "failed"

    @property
    def is_told(self) -> bool:
        """Whether somebody was told."""
        return self.state == "accepted"

    def memory(self) -> AlertMemory:
        """Return the memory of this call's group; without a `cooldown`, that of this very event."""
        group = group_of(self.notifier, self.context, self.event)
        reserve = min(RESERVE + RESERVE_EACH * len(self.notifier.fallback), MAX_RESERVE)
        mark, cooldown = alerts.mark(self.reference), ONE_DEADLINE
        if self.notifier.cooldown is not None:
            mark = mark_of(self.notifier, self.context, group, self.event.kind)
            cooldown = self.notifier.cooldown.total_seconds()
        return AlertMemory(
            mark,
            group=group,
            name=self.event.name,
            cooldown=cooldown,
            deadline=Deadline(self.deadline.at - reserve),
        )

    def tell(self, *, copies: int = 2, is_last: bool = True) -> None:
        """Send, else let the fallbacks tell, else look for what is in doubt and send it once more.

        :param copies: how often it may leave. :param is_last: whether nobody comes after this notifier.
        :raises Exception: nobody was told, or not everybody.
        """
        error = self._try_to(self._send, len(self.notifier.fallback) + 2)
        if error is None:
            if self.event.is_lost and not self.role and self.letter is not None and self.letter.leaves:
                # Whoever is told of it next is another process, which looks there. Airflow runs the callbacks of one
                # DAG file one after the other, so that process does not start before this one ends.
                self.letter.wait_until_shown(self.deadline.within(SHOWN_WITHIN))
            return
        in_doubt = isinstance(error, ClickSendOutcomeUnknownError)
        log.error(
            "The %s alert %s: %s", self.notifier.channel, "may have been sent" if in_doubt else "was not sent", error
        )
        if self._fall_back():
            self._tells()
            return
        if is_last and self.letter is not None and self.letter.doubtful:
            error = self._try_to(lambda deadline: self._look_and_send(deadline, copies), 1)
            if error is None:
                return
        if isinstance(error, ClickSendOutcomeUnknownError):
            self.state = "doubt" if not self.is_told else self.state
        raise error

    def _try_to(self, what: Callable[[Deadline], None], turns: int) -> Exception | None:
        """Do it within its share of the time, and return what kept it from succeeding."""
        deadline = self._share(turns)
        try:
            bounded(lambda: what(deadline), deadline.left + _GRACE, f"The {self.notifier.channel} alert")
        except Exception as error:  # noqa: BLE001 - templates, hooks and secrets backends may raise anything: others are told then
            return error
        return None

    def _share(self, turns: int) -> Deadline:
        """Return the end of this turn, of so many that are left."""
        return self.deadline.within(min(TURN, self.deadline.left / turns) if turns > 1 else self.deadline.left)

    def _send(self, deadline: Deadline) -> None:
        letter = write_letter(
            self.notifier,
            self.context,
            self.hook,
            event=self.event,
            reference=self.reference,
            summary=self.summary,
        )
        self.letter = letter
        if not self.role and self._is_repeated(letter, deadline):
            log.info("%s: no alert (this failure was reported before).", self.event.name)
            self.state = "accepted"
            return
        letter.send(deadline)
        self._settle(letter)

    def _settle(self, letter: Letter) -> None:
        """Take what came of the letter for this alert's outcome.

        :raises ClickSendError: not everybody was told.
        """
        if letter.is_told:
            self._tells()
            log.info(
                "Alert accepted by ClickSend: %s.", ", ".join(str(row["message_id"]) for row in letter.result.rows)
            )
        if letter.problem is not None:
            raise letter.problem

    def _tells(self) -> None:
        self.state = "accepted"
        told_here.add(self._key)

    @property
    def _key(self) -> tuple[str, str]:
        account = self.letter.client.base_url if self.letter else ""
        return account, self.reference

    def _is_repeated(self, letter: Letter, deadline: Deadline) -> bool:
        """Tell whether Airflow reports a failure for the second time, as it does with tasks whose process was lost."""
        if self.event.kind not in alerts.FAILURES:
            return False
        if told_here.has(self._key):
            return True
        return self.event.is_lost and letter.was_sent_before(deadline.within(LOOK_BEFORE))

    def _look_and_send(self, deadline: Deadline, copies: int) -> None:
        letter = self.letter
        assert letter is not None  # noqa: S101 - it was sent
        letter.look(deadline, self.notifier.SETTLE)
        if letter.doubtful and letter.leaves < copies:
            log.warning("The history does not show the alert. It is sent once more, since a lost one is worse.")
            letter.send(deadline)
        self._settle(letter)

    def _fall_back(self) -> bool:
        """Let the fallbacks tell, and return whether one did."""
        others = self.notifier.fallback
        for place, other in enumerate(others):
            name = type(other).__name__
            deadline = self._share(len(others) - place + 1)
            try:
                is_ours = self._tell_by(other, deadline, place)
            except Exception as error:  # noqa: BLE001 - of any kind: the others must still be tried
                log.error("The fallback %s failed too: %s: %s", name, type(error).__name__, error)
            else:
                log.warning("The fallback %s %s.", name, "took over" if is_ours else "ran without an error")
                return True
        return False

    def _tell_by(self, other: Callable[[Context], Any], deadline: Deadline, place: int) -> bool:
        """Let another notifier tell, and return whether it is one of ours: then a text was accepted."""
        from airflow_provider_clicksend.notifications.clicksend import ClickSendNotifier

        if isinstance(other, ClickSendNotifier) and type(other).notify is ClickSendNotifier.notify:
            hook = ClickSendHook(other.clicksend_conn_id)
            role = f"{self.reference} {place}"
            nested = Alert(other, self.context, hook, event=self.event, deadline=deadline, role=role)
            nested.summary = self.summary
            nested.tell(is_last=False)
            return True
        bounded(lambda: _call(other, self.context), deadline.left, type(other).__name__)
        return False


def _is_retry_callback(notifier: ClickSendNotifier, context: Context) -> bool:
    """Tell whether somebody wants this very notifier to speak about retries."""
    callbacks = getattr(context.get("task"), "on_retry_callback", None)
    return any(callback is notifier for callback in (callbacks if isinstance(callbacks, list | tuple) else [callbacks]))


def _call(other: Callable[[Context], Any], context: Any) -> None:
    if not isinstance(other, BaseNotifier):
        other(context)
        return
    # A copy, because Airflow's rendering is for good; not called, because Airflow 2 then swallows the error.
    once: Any = copy(other)
    once.render_template_fields(context)
    once.notify(context)

"""Notifiers: a text or a call when a task or a DAG fails, is late, or waits for an answer."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_clicksend.connection import DEFAULT_CONN_ID
from airflow_provider_clicksend.hooks.clicksend import ClickSendHook
from airflow_provider_clicksend.rendering import NOT_NATIVE
from airflow_provider_clicksend.version_compat import BaseNotifier, Context

if TYPE_CHECKING:
    from airflow_provider_clicksend.api.deadline import Deadline

log = logging.getLogger(__name__)


class ClickSendNotifier(BaseNotifier):
    """What texts and calls have in common: when to send, what to say, and what to do when that fails.

    :param to: numbers in E.164: one, a list, or a text that holds some. Whoever can be told is told: a number that
        cannot be read is logged and left out.
    :param body: what to say, a Jinja template. By default: what happened, where, since when, why, and a link. That text
        also stands in for a template that cannot be rendered in the context at hand.
    :param sender: the ``from``; by default the connection's, which also stands in for one that cannot be used.
    :param clicksend_conn_id: the Airflow connection, of type ``clicksend``.
    :param only_final: stay silent about a failure while the task will still be tried again. As an
        ``on_retry_callback`` of its own task a notifier speaks all the same.
    :param cooldown: send at most one alert of a group to the same people in this time; what came meanwhile is counted,
        and the first alert after it says how much that was.
    :param group: a Jinja template for the name of the group; by default the DAG's id.
    :param fallback: other notifiers, tried in this order until one succeeds, when this one cannot send, ClickSend
        refuses a message, or nobody can say whether it was sent. They share this one's time and are never held back.
    :param fail_silently: log a failure to send instead of raising it; needed where raising fails the task (a
        human-in-the-loop operator's ``notifiers``).
    """

    template_fields: Sequence[str] = ("to", "body", "sender", "group")

    channel: ClassVar[str]
    #: Seconds within which somebody is told, or the log says that nobody could be. Airflow ends the process of a task
    #: 20 s after its final state.
    TIME: ClassVar[float] = 15.0
    #: Seconds that ClickSend's history gets to show an alert that may have been sent, before it is sent again; twice
    #: that while it shows nothing newer, within the time above.
    SETTLE: ClassVar[float] = 2.5

    def __init__(
        self,
        *,
        to: Any,
        body: str | None = None,
        sender: str | None = None,
        clicksend_conn_id: str = DEFAULT_CONN_ID,
        only_final: bool = True,
        cooldown: timedelta | None = None,
        group: str | None = None,
        fallback: Sequence[Callable[[Context], Any]] = (),
        fail_silently: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.to = to
        self.body = body
        self.sender = sender
        self.clicksend_conn_id = clicksend_conn_id
        self.only_final = only_final
        self.cooldown = cooldown
        self.group = group
        self.fallback = fallback
        self.fail_silently = fail_silently

    def common_fields(self, text: str) -> dict[str, Any]:
        """Return what the messages to all numbers have in common, besides the sender."""
        return {"body": text}

    def fitted(self, text: str) -> str:
        """Return the text as this channel can carry it."""
        raise NotImplementedError

    def render_template_fields(self, context: Context, jinja_env: Any = None) -> None:
        """Do nothing: Airflow would overwrite the templates with their first rendering, for good.

        `rendered` renders them each time, into values of its own.
        """

    def rendered(self, name: str, context: Any) -> Any:
        """Return a template field rendered, or None when that cannot be done."""
        return self.rendered_value(name, getattr(self, name), context)

    def rendered_value(self, name: str, template: Any, context: Any) -> Any:
        """Return a value of a template field rendered to text, even where the DAG renders natively; None: it cannot be.

        :param name: of the field, for the log.
        """
        if not template:
            return None
        try:
            return self.render_template(template, context, self._environment(context))
        except Exception as error:  # noqa: BLE001 - a template may raise anything, and the alert must not be lost to it
            from airflow_provider_clicksend.messaging.alert_inputs import printable, without_numbers

            log.warning(
                "`%s` of the notifier cannot be rendered here (%s: %s); the default is used instead.",
                name,
                type(error).__name__,
                without_numbers(printable(error)),
            )
            return None

    def _environment(self, context: Context) -> Any:
        from jinja2 import StrictUndefined

        dag: Any = context.get("dag")
        if hasattr(dag, "get_template_env"):
            # What Airflow renders natively is not text any more: "+15551234567" would be an int.
            return dag.get_template_env(force_sandboxed=True)
        # Without a DAG Airflow's own environment swallows what is undefined.
        return self.get_template_env().overlay(undefined=StrictUndefined)

    def _render(self, template: Any, context: Any, dag: Any = None) -> Any:  # noqa: ARG002 - Airflow's signature
        return super()._render(template, context, NOT_NATIVE)

    def notify(self, context: Context) -> None:
        """Send the alert, unless it is held back.

        :raises ClickSendError: it could not be sent, and no fallback could (unless `fail_silently`).
        """
        from airflow_provider_clicksend.api.deadline import Deadline

        # The process of a deadline's SyncCallback does not answer a call that writes a Variable; it would hang.
        remembers = "deadline" not in context
        self._notify(context, ClickSendHook(self.clicksend_conn_id), Deadline.after(self.TIME), remembers=remembers)

    async def async_notify(self, context: Context) -> None:
        """Do what `notify` does, without blocking the event loop."""
        from airflow_provider_clicksend.api.deadline import Deadline
        from airflow_provider_clicksend.notifications import _alert

        deadline = Deadline.after(self.TIME)
        hook = ClickSendHook(self.clicksend_conn_id)
        # Kept by the hook. What goes wrong, whatever it is, comes up again in the thread, where the fallback is.
        with contextlib.suppress(Exception):
            await asyncio.wait_for(hook.aget_conn(), self.TIME / 4)
        told = asyncio.to_thread(self._notify, context, hook, deadline, remembers=True)
        (error,) = await asyncio.gather(told, return_exceptions=True)
        if "deadline" in context and self.cooldown is None:
            await asyncio.sleep(_alert.ALL_HAVE_BEGUN)
            await asyncio.to_thread(_alert.forget, self, context, hook)
        if error is not None:
            raise error

    def _notify(self, context: Context, hook: ClickSendHook, deadline: Deadline, *, remembers: bool) -> None:
        from airflow_provider_clicksend.notifications._alert import alert

        try:
            alert(self, context, hook, remembers=remembers, deadline=deadline)
        except Exception:  # of any kind: a bug of ours must not fail a task that only waits for an answer
            if not self.fail_silently:
                raise
            log.exception("THE ALERT WAS NOT SENT.")


class ClickSendSmsNotifier(ClickSendNotifier):
    """Text people.

    :param max_parts: how many parts a text may need (160 GSM or 70 other characters are one, 153 or 67 each of more);
        a longer body is cut at a word.
    """

    channel = "sms"

    def __init__(self, *, max_parts: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_parts = max_parts

    def fitted(self, text: str) -> str:
        """Cut it."""
        from airflow_provider_clicksend.messaging.segments import count_parts, cut_to_parts

        if count_parts(text) > self.max_parts:
            log.warning("The text needs %d parts and is cut to %d (max_parts).", count_parts(text), self.max_parts)
        return cut_to_parts(text, self.max_parts)


class ClickSendVoiceNotifier(ClickSendNotifier):
    """Call people and speak the text, without its links.

    :param voice: ``"female"`` or ``"male"``.
    :param lang: for example ``"en-us"``.
    """

    channel = "voice"

    def __init__(self, *, voice: str = "female", lang: str = "en-us", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.voice = voice
        self.lang = lang

    def common_fields(self, text: str) -> dict[str, Any]:
        """Add how to speak."""
        return {**super().common_fields(text), "voice": self.voice, "lang": self.lang}

    def fitted(self, text: str) -> str:
        """Make it speakable."""
        from airflow_provider_clicksend.messaging.alerts import speakable

        return speakable(text)


send_clicksend_sms = ClickSendSmsNotifier
send_clicksend_voice = ClickSendVoiceNotifier

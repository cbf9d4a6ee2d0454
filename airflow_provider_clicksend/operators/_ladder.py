"""The steps of an escalation: whom to text or call, and how long to wait before the next step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from airflow_provider_clicksend.api.errors import ClickSendConfigError


class Step:
    """One step.

    :param to: a number in E.164, or a list of numbers. (templated)
    :param wait: how long to wait for an answer before the next step: a timedelta, or seconds.
    :param body: what to say instead of the question. (templated)
    """

    template_fields: Sequence[str] = ("to", "body")
    channel: ClassVar[str]

    def __init__(self, to: Any, *, wait: timedelta | float, body: str | None = None) -> None:
        self.to = to
        self.wait = seconds("wait", wait)
        self.body = body

    @property
    def people(self) -> list[Any]:
        """The numbers, each once."""
        several = isinstance(self.to, Sequence) and not isinstance(self.to, str)
        return list(dict.fromkeys(self.to)) if several else [self.to]

    @property
    def is_spoken(self) -> bool:
        """Whether people are called, and answer with a key."""
        from airflow_provider_clicksend.api.channels import channel_named

        return channel_named(self.channel).is_spoken

    def fields(self) -> dict[str, Any]:
        """Return what a message of this step holds besides its words."""
        return {}

    def __repr__(self) -> str:
        # What the Airflow UI shows and serialisation compares: without numbers, and always the same.
        return f"{type(self).__name__}({len(self.people)} recipient(s), wait={self.wait:g})"


class Text(Step):
    """Text people, and wait."""

    channel = "sms"


class Call(Step):
    """Call people, and wait for a key: 1 is the first option, 2 the second, and so on.

    The keys are in the receipts of calls, which exist only when the account has an automation rule with action POLL
    for them.

    :param to: a number in E.164, or a list of numbers. (templated)
    :param wait: how long to wait for an answer before the next step: a timedelta, or seconds.
    :param body: what to say instead of the question; the keys are added. (templated)
    :param voice: ``"female"`` or ``"male"``.
    :param lang: for example ``"en-us"``.
    """

    channel = "voice"

    def __init__(
        self,
        to: Any,
        *,
        wait: timedelta | float,
        body: str | None = None,
        voice: str = "female",
        lang: str = "en-us",
    ) -> None:
        super().__init__(to, wait=wait, body=body)
        self.voice = voice
        self.lang = lang

    def fields(self) -> dict[str, Any]:
        """Return how to speak, and that a key is waited for."""
        return {"voice": self.voice, "lang": self.lang, "require_input": 1}


def seconds(name: str, value: timedelta | float) -> float:
    """Return a duration in seconds.

    :raises ClickSendConfigError: it is none, or not longer than nothing.
    """
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise ClickSendConfigError(f"{name}={value!r}: give a timedelta or seconds, more than 0.", field=name)
    return float(value)

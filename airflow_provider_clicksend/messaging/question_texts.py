"""What a question says, on paper and aloud, and what is said about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from airflow_provider_clicksend.messaging.answers import spoken

if TYPE_CHECKING:
    from airflow_provider_clicksend.messaging.answers import Options

#: Characters of another question in a text about several.
_QUOTED = 60


def question_text(question: str, options: Options, how: str | None) -> str:
    """Return a question with its options, which are added unless it names them all.

    :param how: the words that are added, with ``{options}``; None for none.
    """
    said = " ".join(spoken(question))
    named = all(f" {' '.join(spoken(name))} " in f" {said} " for name in options.names)
    return question if named or how is None else f"{question.rstrip()} {how.replace('{options}', options.listed)}"


def call_text(question: str, options: Options) -> str:
    """Return a question as a call says it, with a key for each option."""
    keys = ", ".join(f"press {key} for {name}" for key, name in options.keys().items())
    return f"{question.rstrip()} {keys[0].upper()}{keys[1:]}."


def hint_text(options: Options, hint: str) -> str:
    """Return what somebody is told whose answer fits no option: `hint`, with ``{options}`` filled."""
    return hint.replace("{options}", options.listed)


def code_text(question: str, code: str, options: Options, others: Mapping[str, str]) -> str:
    """Return what somebody is told who answered while several questions were open to them.

    :param code: of our question. :param others: the other questions by their codes.
    """
    answers = " or ".join(f"{code} {name}" for name in options.names)
    rest = "".join(f' Begin with {other} for "{shortened(text)}".' for other, text in others.items())
    return f'You were asked several questions. For "{shortened(question)}" answer {answers}.{rest}'


def closing_text(question: str, answer: str, who: str) -> str:
    """Return what the others are told once somebody has answered."""
    return f'Answered: {answer}, by {who}. You need not answer "{shortened(question)}" any more.'


def shortened(text: str) -> str:
    """Return a text in at most 60 characters, without quotation marks."""
    text = " ".join(text.replace('"', "'").split())
    return text if len(text) <= _QUOTED else f"{text[: _QUOTED - 3].rstrip()}..."

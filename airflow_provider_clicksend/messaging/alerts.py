"""What an alert says, from plain values.

Somebody reads it on a phone at three in the morning: what broke, where, since when, why, and where to look. The default
text fits two parts and, wherever it can, the cheap GSM alphabet.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b

from airflow_provider_clicksend.messaging.alert_inputs import printable
from airflow_provider_clicksend.messaging.alert_window import Held
from airflow_provider_clicksend.messaging.reference import alert_reference
from airflow_provider_clicksend.messaging.segments import ELLIPSIS, count_parts, cut_to_fit, cut_to_parts, is_gsm

#: Parts of a text unless somebody asks for more.
MAX_PARTS = 2
#: The kinds of events, and the words that a headline has for them.
HEADLINES = {
    "failed": "FAILED",
    "retry": "failed, will be tried again",
    "success": "succeeded",
    "skipped": "was skipped",
    "started": "started",
    "late": "is LATE",
    "asks": "waits for your answer",
}
#: What many events of a kind are called, one and several.
NOUNS = {"failed": ("failure", "failures"), "retry": ("failure", "failures"), "late": ("late run", "late runs")}
#: Kinds that are counted as another.
FAMILIES = {"retry": "failed"}
#: Kinds that Airflow is known to report twice.
FAILURES = frozenset(NOUNS)

_URL = re.compile(r"\w+://\S+")
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_LOOKALIKES = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2022", "-"),  # hyphens, dashes, minus, bullet
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\xab\xbb", '"'),
        "\u2026": "...",
        "\u2192": "->",
    }
)
#: Unicode categories of what no text needs: control characters, and what is not a character.
_UNPRINTABLE = frozenset({"Cc", "Cn", "Co", "Cs"})
#: And of what a text in Latin letters can do without: symbols such as emoji, marks, invisible characters.
_DISPENSABLE = _UNPRINTABLE | {"So", "Sk", "Mn", "Cf"}


@dataclass(frozen=True, slots=True)
class Event:
    """What happened.

    :param kind: a key of `HEADLINES`.
    :param task_id: None for an event of the whole run.
    :param map_index: -1 for a task that is not mapped.
    :param tries: how many tries the task has, 0 when that is not known.
    :param instance: what else tells this event from others of the same task and try: Airflow's id of the task
        instance, or when it and its run started, how often the run was cleared, a deadline's id.
    :param since: when it started.
    :param due: when it should have been done.
    :param reason: why, as Airflow or an exception says it.
    :param link: to the log, or the run's page.
    :param subject: what a person is asked.
    :param options: the answers to choose from.
    :param is_lost: whether Airflow reports it for a process that is gone, which it may do twice.
    """

    kind: str
    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    map_index: int = -1
    try_number: int = 0
    tries: int = 0
    instance: str = ""
    since: datetime | None = None
    due: datetime | None = None
    reason: str = ""
    link: str = ""
    subject: str = ""
    options: tuple[str, ...] = ()
    is_lost: bool = False

    @property
    def name(self) -> str:
        """``load_rows[3]``, or the DAG's id for an event of the whole run."""
        if self.task_id is None:
            return self.dag_id or "a DAG"
        return f"{self.task_id}[{self.map_index}]" if self.map_index >= 0 else self.task_id


def reference(event: Event, notifier: str = "") -> str:
    """Return the batch reference of the event's texts, the same whenever Airflow reports it.

    :param notifier: what tells one notifier from others: each has texts of its own.
    """
    task = f"{event.task_id} {event.map_index} {event.kind} {event.try_number} {event.instance} {notifier}"
    return alert_reference(event.dag_id or "", event.run_id or "", task)


def mark(*parts: object) -> str:
    """Return 16 hex digits that stand for these values."""
    return blake2b(repr(parts).encode("utf-8", "backslashreplace"), digest_size=8).hexdigest()


def group_mark(channel: str, to: Iterable[str], group: str, kind: str, *way: str | None) -> str:
    """Return what tells a group of alerts from others, without its numbers.

    Other people, another channel or other news (a success after a failure) are another group.

    :param way: how they are reached: the connection, the sender.
    """
    return mark(channel, sorted(to), group, FAMILIES.get(kind, kind), *way)


def default_text(event: Event, *, now: datetime, max_parts: int = MAX_PARTS, before: str = "") -> str:
    """Return the text about an event.

    The link is whole or not there at all; the reason takes the room that is left.

    :param now: an aware datetime.
    :param before: a line in front.
    """
    reason, headline = plain(printable(event.reason)), plain(printable(_headline(event)))
    full = f"{headline}{_details(event, now)}."
    # Where a full headline leaves no room for the link, the link is worth more than when it all began.
    for head in (_joined(before, full), _joined(before, f"{headline}.")):
        if event.link and count_parts(_joined(head, event.link)) <= max_parts:
            return _joined(head, _shortened(reason, head, event.link, max_parts), event.link)
    run = f"Run {event.run_id}." if event.run_id else ""
    return cut_to_parts(_joined(before, full, run, reason), max_parts)


def _shortened(reason: str, head: str, link: str, max_parts: int) -> str:
    """Return as much of the reason as fits between the two."""
    start = cut_to_fit(reason, lambda start: count_parts(_joined(head, start, link)) <= max_parts)
    return "" if start == ELLIPSIS else start


def _joined(*lines: str) -> str:
    return "\n".join(line for line in lines if line)


def _headline(event: Event) -> str:
    if event.kind == "asks":
        options = f" ({', '.join(event.options)})" if event.options else ""
        return f"{event.subject or event.name}{options}: Airflow waits for your answer, task {_place(event)}"
    return f"{_what(event)} {HEADLINES.get(event.kind, event.kind)}"


def _details(event: Event, now: datetime) -> str:
    if event.kind == "asks":
        return ""
    details = f" at {clock(now, now)} UTC"
    if event.due:
        details += f", due {clock(event.due, now)}"
    if event.since and event.kind != "started":
        details += f", started {clock(event.since, now)}"
    if event.tries > 1 and event.kind in FAILURES:
        details += f", try {event.try_number} of {event.tries}"
    return details


def _what(event: Event) -> str:
    if event.task_id is None:
        return f"DAG {event.dag_id}" if event.dag_id else "Airflow: something"
    return f"Task {_place(event)}"


def _place(event: Event) -> str:
    return f"{event.name} of {event.dag_id}"


def clock(time: datetime, now: datetime) -> str:
    """Return a time in UTC, with the day unless it is today's: ``03:12``, ``23 Nov 22:05``."""
    time, now = time.astimezone(UTC), now.astimezone(UTC)
    day = "" if time.date() == now.date() else f"{time.day} {time:%b} "
    return f"{day}{time:%H:%M}"


def more_text(held: Held, *, kind: str, group: str, now: datetime, more: str = "more ") -> str:
    """Return the line about what was held back: ``14 more failures of nightly_load in 10 min from 03:02 UTC, ...``.

    :param more: empty where the first of them was not told either.
    """
    one, many = NOUNS.get(kind, ("alert", "alerts"))
    counted = f"{'At least ' if held.at_least else ''}{held.count} {more}{one if held.count == 1 else many}"
    since = datetime.fromtimestamp(held.since, UTC)
    return plain(
        f"{counted} of {group} in {_span(held.until - held.since)} from {clock(since, now)} UTC, first: {held.first}."
    )


def _span(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    return f"{minutes} min" if minutes < 120 else f"{round(minutes / 60)} h"  # noqa: PLR2004


def plain(text: str) -> str:
    """Return the text on one line, without what would double its price.

    Typographic characters become plain ones, accents that the GSM alphabet lacks and emoji go, if that makes it a GSM
    text. One with letters of another script is sent as UCS-2 in any case, and stays as it is: leaving something out
    would save nothing, and its words may need their marks and joiners.
    """
    text = " ".join(_ANSI.sub("", text).translate(_LOOKALIKES).split())
    if is_gsm(text):
        return text
    simple = " ".join("".join(map(_plain_character, unicodedata.normalize("NFC", text))).split())
    return simple if is_gsm(simple) else "".join(c for c in text if unicodedata.category(c) not in _UNPRINTABLE)


def _plain_character(character: str) -> str:
    if is_gsm(character):
        return character
    decomposed = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    if decomposed and is_gsm(decomposed):
        return decomposed
    return "" if unicodedata.category(character) in _DISPENSABLE else character


def speakable(text: str) -> str:
    """Return the text as a voice can say it: no link, no underscores, one sentence a line."""
    lines = (_URL.sub("", line).strip() for line in text.splitlines())
    sentences = (line if line.endswith((".", "!", "?")) else f"{line}." for line in lines if line)
    return re.sub(r"\[(\d+)\]", r" number \1", " ".join(sentences)).replace("_", " ")


def exception_text(error: object) -> str:
    """Return an exception in a few words; it may be missing, or a plain text."""
    if error is None or error == "":
        return ""
    said = printable(error)
    if not isinstance(error, BaseException):
        return said
    return f"{type(error).__name__}: {said}" if said else type(error).__name__

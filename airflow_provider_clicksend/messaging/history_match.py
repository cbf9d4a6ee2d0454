"""What the history proves of messages in doubt: first by our reference, else by number, words and time.

Whether the history echoes references, and in which form it shows numbers and words, was seen once or never. So a row
without a reference of ours counts for a message with its number and its words, sent at or after our first request; a
row counts once.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.messaging.numbers import digits, is_same_number
from airflow_provider_clicksend.messaging.reference import TextKey, text_key

if TYPE_CHECKING:
    from airflow_provider_clicksend.api.models.messages import HistoryRow

#: One message as it leaves: ``to`` or ``list_id``, ``body``, ``custom_string`` ...
Message = dict[str, Any]

#: Characters of a text of which the rest may be cut off or added by the history.
_TELLING = 20
#: What stands for a character that could not be read.
_UNREADABLE = "\ufffd"
#: What may mark where it was cut.
_CUT = re.compile(rf"(\.\.\.|…|{_UNREADABLE}{{1,3}})$")
#: Digits by which numbers are sorted before they are compared.
_ENDING = 6

Key = TextKey | tuple[str, str]


def message_key(message: Mapping[str, Any]) -> Key:
    """Return what tells a message from all others; one with a custom string of the user's needs its number too."""
    text = message.get("custom_string")
    return text_key(text) or (str(text or "").strip().casefold(), digits(message.get("to")))


class HistoryMatch:
    """Messages in doubt, and the rows of the history that show them.

    :param wanted: the messages in doubt.
    :param since: Unix seconds on ClickSend's clock at or after which they were sent.
    :param doubtful_since: the same if the clock by which they were sent is quite wrong. A row from between that has the
        number and the words of a message proves neither that it was sent nor that it was not.
    :param settled: the ids of messages that are known to be accepted: their rows show no other message.
    :param words_tell: whether a row with the number and the words of a message shows it; not where equal messages were
        accepted and their ids are not known.
    :param words_vary: whether an earlier try may have sent a message with other words: then a row with its number and
        other words proves neither that it was sent nor that it was not.
    """

    def __init__(
        self,
        wanted: Iterable[Message],
        *,
        since: float,
        doubtful_since: float | None = None,
        settled: Iterable[str] = (),
        words_tell: bool = True,
        words_vary: bool = False,
    ) -> None:
        self._since = int(since)
        self._doubtful_since = self._since if doubtful_since is None else int(doubtful_since)
        self._settled = {message_id.casefold() for message_id in settled}
        self._words_tell = words_tell
        self._words_vary = words_vary
        self._missing = {message_key(message): message for message in wanted}
        self._found: dict[Key, list[HistoryRow]] = {}
        self._by_ending: defaultdict[str, list[Key]] = defaultdict(list)
        self._used: set[object] = set()
        self._uncertain: set[Key] = set()
        #: Rows that show the words of a list's message, whoever they went to.
        self._list_rows: list[HistoryRow] = []
        self._lists = {key: message for key, message in self._missing.items() if "list_id" in message}
        #: Lists that were found by the words of their rows. Of others, such rows are somebody else's.
        self._lists_by_words: set[Key] = set()
        for key, message in self._missing.items():
            self._by_ending[digits(message.get("to"))[-_ENDING:]].append(key)

    def add(self, row: HistoryRow) -> None:
        """Take a row of the history into account."""
        # The history's own statuses are words ("Sent"); one in capitals ("INVALID_RECIPIENT") would be a refusal.
        if row.direction == "in" or (row.status or "").isupper() or self._is_used(row):
            return
        key = self._named(row)
        if key is not None:
            self._count(key, row)
        elif text_key(row.custom_string) is not None:
            return
        elif row.date is None or row.date >= self._since:
            self._add_by_words(row)
        elif row.date >= self._doubtful_since:
            same = (key for key in self._candidates(row) if is_same_words(self._missing[key].get("body"), row.body))
            self._uncertain.update(same)

    def _is_used(self, row: HistoryRow) -> bool:
        identity = row.message_id or (row.custom_string, row.to, row.date)
        if identity in self._used or (row.message_id or "").casefold() in self._settled:
            return True
        self._used.add(identity)
        return False

    def _named(self, row: HistoryRow) -> Key | None:
        """Return the message that the row's custom string names."""
        key = text_key(row.custom_string)
        if key is not None:
            return key if key in self._missing or key in self._found else None
        if not row.custom_string:
            return None
        text = row.custom_string.strip().casefold()
        for own in self._candidates(row):
            if own[0] == text and is_same_words(self._missing[own].get("body"), row.body) is not False:
                return own
        return None

    def _count(self, key: Key, row: HistoryRow) -> None:
        self._missing.pop(key, None)
        self._uncertain.discard(key)
        self._found.setdefault(key, []).append(row)

    def _candidates(self, row: HistoryRow) -> list[Key]:
        same = [
            key
            for key in self._by_ending[digits(row.to)[-_ENDING:]]
            if key in self._missing and is_same_number(str(self._missing[key].get("to") or ""), row.to)
        ]
        exact = [key for key in same if digits(self._missing[key]["to"]) == digits(row.to)]
        return exact or same

    def _add_by_words(self, row: HistoryRow) -> None:
        if any(is_same_words(message.get("body"), row.body) for message in self._lists.values()):
            self._list_rows.append(row)
        verdicts = {key: is_same_words(self._missing[key].get("body"), row.body) for key in self._candidates(row)}
        matching = [key for key, same in verdicts.items() if same]
        # Of two texts to one number of which one begins the other, a row shows the one that it has the whole of.
        whole = [key for key in matching if _words(self._missing[key].get("body")) == _words(row.body)]
        matching = whole or matching
        if self._words_tell and len({digits(self._missing[key].get("to")) for key in matching}) == 1:
            self._count(matching[0], row)
        else:
            # Two of ours end like this national number, the history hides the words, or it may show an equal message.
            self._uncertain.update(key for key, same in verdicts.items() if same is not False or self._words_vary)

    def count_list(self, numbers: Iterable[object]) -> None:
        """Count the rows with a list's words that went to its contacts: the list was expanded."""
        contacts = [digits(number) for number in numbers]
        rows = [row for row in self._list_rows if any(is_same_number(number, row.to) for number in contacts)]
        self._list_rows = []
        self._lists_by_words |= self._lists.keys() & self._missing.keys()
        for key in self._lists_by_words:
            for row in rows:
                self._count(key, row)

    @property
    def list_ids(self) -> list[int | str]:
        """The contact lists among the wanted recipients, found or not."""
        return [message["list_id"] for message in self._lists.values()]

    @property
    def has_list_rows(self) -> bool:
        """Whether rows without a reference show the words of a list, and were not counted yet."""
        return bool(self._list_rows)

    @property
    def list_recipients(self) -> int:
        """How many recipients of lists were found."""
        return sum(len(self._found.get(key, ())) for key in self._lists)

    @property
    def complete(self) -> bool:
        """Whether every wanted message was found."""
        return not self._missing

    @property
    def missing(self) -> list[Message]:
        """The messages that were not found."""
        return list(self._missing.values())

    def is_uncertain(self, message: Mapping[str, Any]) -> bool:
        """Tell whether a row may or may not show this message: then the history can say neither yes nor no."""
        return message_key(message) in self._uncertain

    def rows(self, message: Mapping[str, Any]) -> list[HistoryRow]:
        """Return the rows that show this message was accepted: one, or one a contact for a list."""
        rows = self._found.get(message_key(message), [])
        return rows if "list_id" in message else rows[:1]


def is_same_words(ours: object, theirs: object) -> bool | None:
    """Tell whether a row of the history has the words of a message; None when the row does not show them.

    Space and Unicode forms do not count, and a long text may have been cut or continued.
    """
    first, second = _words(ours), _words(theirs)
    if not second:
        return None
    if first != second and _UNREADABLE in without_cut(second):
        return None  # words that were mangled on the way are not other words
    shorter, longer = sorted((first, second), key=len)
    return first == second or (len(shorter) >= _TELLING and longer.startswith(without_cut(shorter)))


def without_cut(text: str) -> str:
    """Return a text that was cut without the mark of it: dots, or what half of an emoji became."""
    return _CUT.sub("", text)


def _words(text: object) -> str:
    return " ".join(unicodedata.normalize("NFC", str(text or "")).split())

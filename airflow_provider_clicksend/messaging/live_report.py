"""What the package believes of the live API, and what was seen of each belief."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

#: What the package believes, by the name of the sandbox's world that says otherwise.
BELIEFS: Mapping[str, str] = {
    "answer_order": "a send's answer keeps the order of the request",
    "answer_echo": "a send's answer repeats custom_string",
    "answer_number_form": "a send's answer writes numbers in E.164",
    "refusals": "a refusal stands on its message, under status 200",
    "list_opted_out": "a contact list is texted whole, opted-out contacts too",
    "list_numbers": "the numbers of a contact list are used as they are stored",
    "history_echo": "the history repeats custom_string",
    "history_body": "the history shows the whole text",
    "history_order": "order_by is honoured",
    "history_late_every": "messages show in the order in which they were accepted",
    "history_late_by": "no message shows later than others",
    "history_refused": "refused messages are not in the history",
    "history_status_code": "the history has a status_code",
    "q_to": "q=to:<number> filters by number",
    "q_message_id": "q=message_id:<id> filters by the whole id",
    "q_other": "every other field of q filters",
    "q_operator": "operator=OR is honoured",
    "date_filter": "date_from and date_to include their own second",
    "date_filter_offset": "date_from is compared by the clock that writes the dates",
    "number_form": "the history writes numbers in E.164",
    "clock_offset": "ClickSend's clock is right",
    "date_header": "answers have a Date header",
    "date_header_offset": "the Date header is by the clock that writes the dates",
    "receipt_form": "a receipt has all its fields, as text",
    "receipt_echo": "receipts repeat custom_string",
    "mms_receipts": "there are receipts of pictures",
    "reply_form": "a reply has all its fields",
    "reply_echo": "replies repeat custom_string",
    "reply_attribution": "a reply belongs to the last text sent to its number",
    "unread_order": "the unread lists show the newest first",
    "receipts_read_by_others": "nobody else marks receipts as read",
    "replies_read_by_others": "nobody else marks replies as read",
    "id_errors": "a single id can be asked for",
    "other_texts": "nobody else sends from the account",
    "other_replies": "nobody else gets replies on the account",
    "remove_duplicates": "remove-duplicates takes its fields from the keys of its body",
    "cancel_all_match": "cancel-all compares custom_string exactly",
    "unknown_connection": "Maton answers 400 to a connection id that it does not know",
    "maton_errors": "Maton's errors come in the shapes of its SDK",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was seen of one belief.

    :param verdict: ``"confirmed"``, ``"contradicted"`` or ``"not tried"``.
    :param seen: what was seen instead, or why it was not tried; never a number, a text or an id.
    """

    guess: str
    belief: str
    verdict: str = "not tried"
    seen: str = ""


@dataclass(slots=True)
class Report:
    """A verdict on each belief, what was measured, in seconds, and how many requests an answer said are allowed."""

    verdicts: dict[str, Verdict] = field(
        default_factory=lambda: {name: Verdict(name, belief) for name, belief in BELIEFS.items()}
    )
    measured: dict[str, float] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)

    def note(self, guess: str, right: bool, seen: str = "") -> None:
        """Note what was seen of a belief."""
        verdict = "confirmed" if right else "contradicted"
        self.verdicts[guess] = Verdict(guess, BELIEFS[guess], verdict, seen)

    def not_tried(self, guess: str, why: str) -> None:
        """Note why nothing can be said."""
        self.verdicts[guess] = Verdict(guess, BELIEFS[guess], seen=why)

    def to_json(self) -> dict[str, Any]:
        """Return JSON primitives without personal data."""
        verdicts = [asdict(verdict) for verdict in self.verdicts.values()]
        return {"verdicts": verdicts, "measured": self.measured, "limits": self.limits}

"""What the live API is like, as far as looking and one text can tell: a verdict on each guess that the package makes.

Reading costs nothing. One text, sent once and never again, tells how the history, receipts and replies show it. Nothing
here raises because the API is not as it is believed: that is a verdict.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from airflow_provider_clicksend.api.errors import (
    ClickSendApiError,
    ClickSendError,
    ClickSendNotFoundError,
    ClickSendResponseError,
)
from airflow_provider_clicksend.api.paths import path_id
from airflow_provider_clicksend.api.values import whole_number
from airflow_provider_clicksend.messaging.live_forms import echo_form, number_form, text_form, value_form
from airflow_provider_clicksend.messaging.live_report import Report

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient

#: Seconds by which clocks may differ and still be called right, and by which a date may be later than its request.
_CLOCKS, _DATES = 60.0, 3.0
#: Seconds beside a text in which the history is read for it.
_AROUND = 3600
_POLL = 1.0


class LiveCheck:
    """Looks at an account, and with one text.

    :param settle: seconds in which the history must show the text. :param timeout: seconds for its receipt.
    :param reply_timeout: seconds for an answer to it; 0 does not wait.
    """

    def __init__(
        self,
        client: ClickSendClient,
        *,
        settle: float = 60.0,
        timeout: float = 120.0,
        reply_timeout: float = 0.0,
        say: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self._client = client
        self._settle = settle
        self._timeout = timeout
        self._reply_timeout = reply_timeout
        self._say = say
        self.report = Report()
        self._reference = f"check-{uuid4().hex}"

    def look(self) -> None:
        """Find out what costs nothing.

        :raises ClickSendError: the account cannot be read.
        """
        self._client.account.get()
        if (limit := self._client.rate_limit) is not None:
            self.report.limits["GET /account"] = limit
        clock = self._client.clock
        self.report.note("date_header", clock.is_known, "" if clock.is_known else "missing, or not a date")
        if clock.is_known:
            off = clock.now() - time.time()
            self.report.measured["clock_difference"] = round(off, 1)
            self.report.note("clock_offset", abs(off) < _CLOCKS, f"{off:+.0f} s from this machine's")

    def text(self, to: str) -> None:
        """Send one text and look at what becomes of it. It leaves once, whatever happens.

        :param to: E.164.
        :raises ClickSendError: it was refused, or nobody can say whether it was sent.
        """
        # A space at the end tells whether texts are trimmed.
        body = f"Check of Airflow's ClickSend provider, {self._reference[6:14]}. "
        began = self._client.clock.now()
        answer = self._client.sms.send([{"to": to, "body": body, "custom_string": self._reference}])
        if not answer.messages:
            raise ClickSendResponseError(
                "The answer names no message, so whether the text was sent is unknown: look in ClickSend's dashboard."
            )
        message = answer.messages[0]
        if message.status != "SUCCESS":
            self.report.note("refusals", True)
            raise ClickSendError(f"The text was refused: {message.status}. Nothing more can be tried with it.")
        sent_at, message_id = self._client.clock.now(), str(message.message_id)
        self._note_form("answer_echo", echo_form(self._reference, message.custom_string), "exact")
        self._note_form("answer_number_form", number_form(to, message.to), "e164")
        self._say("Sent. Waiting until the history shows it ...")
        row = self._shown(message_id, int(began))
        if row is None:
            self._say(f"The history does not show it within {self._settle:g} s.")
        else:
            self._note_row(row, to=to, body=body, sent_at=sent_at)
            self._note_filters(row, message_id, to)
        self._receipt(message_id)
        if self._reply_timeout:
            self._reply(message_id, to, int(began))

    def _note_form(self, guess: str, form: str, believed: str) -> None:
        self.report.note(guess, form == believed, "" if form == believed else form)

    def _note_echo(self, guess: str, found: Mapping[str, Any]) -> None:
        if "custom_string" in found:
            self._note_form(guess, echo_form(self._reference, found["custom_string"]), "exact")
        else:
            self.report.not_tried(guess, "it has no such field")

    def _rows(self, **asked: Any) -> list[dict[str, Any]] | None:
        """Return rows of the history as they come, None when ClickSend refuses to filter like that."""
        params = {"limit": 100, "order_by": "date:desc", **asked}
        try:
            return _listed(self._client.gateway("GET", "/sms/history", params=params))
        except ClickSendApiError:
            return None

    def _shown(self, message_id: str, began: int) -> dict[str, Any] | None:
        start = time.monotonic()
        while time.monotonic() - start < self._settle:
            for row in self._rows(date_from=began - _AROUND) or []:
                if row.get("message_id") == message_id:
                    self.report.measured["history_lag"] = round(time.monotonic() - start, 1)
                    return row
            time.sleep(_POLL)
        return None

    def _note_row(self, row: Mapping[str, Any], *, to: str, body: str, sent_at: float) -> None:
        self._note_form("history_echo", echo_form(self._reference, row.get("custom_string")), "exact")
        self._note_form("history_body", text_form(body, row.get("body")), "exact")
        self._note_form("number_form", number_form(to, row.get("to")), "e164")
        self.report.note("history_status_code", row.get("status_code") is not None, "")
        if self._client.clock.is_known and str(row.get("date")).isdigit():
            off = sent_at - int(row["date"])
            self.report.note("date_header_offset", abs(off) <= _DATES, f"{off:+.0f} s from the date of the text")

    def _note_filters(self, row: Mapping[str, Any], message_id: str, to: str) -> None:
        whole = self._filtered(f"message_id:{message_id}", message_id)
        part = self._filtered(f"message_id:{message_id[:-4]}", message_id) if whole == "works" else ""
        self._note_form("q_message_id", "matches parts" if part == "works" else whole, "works")
        self._note_form("q_to", self._filtered(f"to:{to}", message_id, number=to), "works")
        if not str(row.get("date")).isdigit():
            return
        date = int(row["date"])
        if self._has(self._rows(date_from=date + _AROUND), message_id):
            form = "not looked at"
        else:
            form = "included" if self._has(self._rows(date_from=date, date_to=date), message_id) else "excluded"
        self._note_form("date_filter", form, "included")

    def _filtered(self, q: str, message_id: str, *, number: str | None = None) -> str:
        rows = self._rows(q=q)
        if rows is None:
            return "refused"
        if not self._has(rows, message_id):
            return "finds nothing"
        others = [row for row in rows if row.get("message_id") != message_id]
        if number is not None:
            others = [row for row in others if number_form(number, row.get("to")) == "another number"]
        return "not looked at" if others else "works"

    @staticmethod
    def _has(rows: list[dict[str, Any]] | None, message_id: str) -> bool:
        return any(row.get("message_id") == message_id for row in rows or [])

    def _receipt(self, message_id: str) -> None:
        self._say("Waiting for its receipt ...")
        found = self._wait(f"/sms/receipts/{path_id(message_id)}", self._timeout)
        for guess in ("receipt_form", "receipt_echo") if found is None else ():
            self.report.not_tried(guess, f"no receipt within {self._timeout:g} s; is there a POLL rule?")
        if found is not None:
            self._note_form("receipt_form", value_form(found, ("timestamp_send", "status_text"), "status_code"), "text")
            self._note_echo("receipt_echo", found)

    def _reply(self, message_id: str, to: str, began: int) -> None:
        self._say(f"Answer the text now; {self._reply_timeout:g} s.")
        by_id = f"/sms/inbound/{path_id(message_id)}"
        found = self._wait(by_id, self._reply_timeout, instead=lambda: self._unread_from(to, began))
        if found is None:
            for guess in ("reply_form", "reply_echo", "reply_attribution"):
                self.report.not_tried(guess, "no answer can be read; is there a POLL rule?")
            return
        self._note_form("reply_form", value_form(found, ("original_message_id", "timestamp"), "from"), "text")
        self._note_echo("reply_echo", found)
        if "original_message_id" in found:
            belongs = found["original_message_id"] == message_id
            self.report.note("reply_attribution", belongs, "" if belongs else "it names another text, or none")

    def _unread_from(self, number: str, began: int) -> dict[str, Any] | None:
        """Return what came from a number since, if nobody has marked it as read."""
        rows = _listed(self._client.gateway("GET", "/sms/inbound", params={"limit": 100}))
        theirs = [row for row in rows if number_form(number, row.get("from")) != "another number"]
        return next((row for row in theirs if (whole_number(row.get("timestamp")) or 0) >= began), None)

    def _wait(
        self, path: str, seconds: float, instead: Callable[[], dict[str, Any] | None] = lambda: None
    ) -> dict[str, Any] | None:
        """Ask for what belongs to one id until it is there; a refusal says that an id cannot be asked for.

        :param instead: finds it in another way.
        """
        start = time.monotonic()
        while True:
            try:
                found = self._client.gateway("GET", path)
            except ClickSendNotFoundError:
                if (other := instead()) is not None:
                    return other
                if time.monotonic() - start > seconds:
                    return None
                time.sleep(_POLL)
            except ClickSendApiError as error:
                self.report.note("id_errors", False, type(error).__name__)
                return None
            else:
                self.report.note("id_errors", True)
                return found if isinstance(found, dict) else None


def _listed(data: object) -> list[dict[str, Any]]:
    """Return the rows of a page, whatever else stands in it."""
    rows = data.get("data") if isinstance(data, Mapping) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []

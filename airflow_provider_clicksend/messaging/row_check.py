"""What a message must be before anything leaves: what all have in common is checked once, then only what a row adds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.api.values import is_missing, text_problem
from airflow_provider_clicksend.messaging.inputs import number_problem
from airflow_provider_clicksend.messaging.numbers import is_e164
from airflow_provider_clicksend.messaging.reference import MAX_REFERENCE
from airflow_provider_clicksend.messaging.schedules import check_schedule
from airflow_provider_clicksend.messaging.segments import count_parts

if TYPE_CHECKING:
    from airflow_provider_clicksend.api.models.outgoing import OutgoingMessage

_ALPHA_SENDER = re.compile(r"[A-Za-z0-9]{3,11}")
_NUMERIC_SENDER = re.compile(r"\+?\d{3,15}")
_PLACEHOLDER = re.compile(r"\{\w+\}")
#: What must be text beside the body; a template gives the word "None" for what is not there.
_OTHER_TEXTS = frozenset({"from", "custom_string", "subject", "media_file", "from_email", "country", "voice", "lang"})
#: What an argument is called where the API has another name.
_SPOKEN = {"from": "sender"}
#: What is checked here in every way in which the model would do it. Rows mostly differ in nothing else.
_CHECKED_HERE = frozenset({"to", "body", "from", "custom_string", "schedule"})
#: All that most rows hold.
USUAL = frozenset({"to", "body"})
#: What is not part of a message: the picture of its request, and a time zone, which is for us.
_BESIDE = frozenset({"media_file", "timezone"})


class RowCheck:
    """Checks the messages of a batch.

    :param common: what all have in common.
    :param model: what a message of this channel is to the API.
    :param required: what every message must have besides a recipient and a body.
    :param now: Unix seconds, to refuse a schedule in the past; None when an earlier try may have used it in time.
    :param max_parts: a text may not need more parts.
    :param refuse_braces: a body that holds ``{name}``, which nothing fills, is an error.
    :raises ClickSendConfigError: says what is wrong with what they have in common.
    """

    def __init__(
        self,
        common: Mapping[str, Any],
        *,
        model: type[OutgoingMessage],
        required: tuple[str, ...],
        now: float | None,
        max_parts: int | None,
        refuse_braces: bool,
    ) -> None:
        self._common = common
        self._model = model
        self._required = required
        self._now = now
        self._max_parts = max_parts
        self._refuse_braces = refuse_braces
        #: What a message must bring, as not all have it in common.
        self._own = {name for name in ("body", *required) if not common.get(name)}
        self._known_to_the_model: set[tuple[Any, ...]] = set()
        self._check_fields(common)

    @property
    def knows_numbers(self) -> bool:
        """Whether nothing but the number need be checked of a message that has nothing else of its own."""
        return () in self._known_to_the_model and not self._own

    @property
    def is_complete(self) -> bool:
        """Whether the model has nothing to say of any message that has passed."""
        return self._known_to_the_model <= {()} and self._common.keys() <= _CHECKED_HERE

    @property
    def knows_rows(self) -> bool:
        """Whether nothing but number and words need be checked of a message that has nothing else of its own."""
        return () in self._known_to_the_model and self._own <= USUAL

    def passes(self, to: object, body: object) -> bool:
        """Tell at a glance whether a number and words are in order; of what is not, `check` says whether and why."""
        return (
            is_e164(to)
            and isinstance(body, str)
            and text_problem(body) is None
            and bool(body.strip())
            and not (self._refuse_braces and "{" in body)
            and not self._max_parts
        )

    def check(self, fields: Mapping[str, Any]) -> None:
        """Check one message.

        :param fields: what it has of its own.
        :raises ClickSendConfigError: says what is wrong.
        """
        if "list_id" not in self._common and (problem := number_problem(fields.get("to"))):
            raise ClickSendConfigError(problem, field="to")
        lacking = [name for name in self._required if not fields.get(name, self._common.get(name))]
        if lacking:
            raise ClickSendConfigError(f"has no {' and no '.join(lacking)}", field=lacking[0])
        if "body" not in fields and "body" not in self._common:
            raise ClickSendConfigError("has no body", field="body")
        self._check_fields(fields)
        self._check_by_model(fields)

    def _check_fields(self, fields: Mapping[str, Any]) -> None:
        if "body" in fields:
            self._check_body(fields["body"])
        _check_texts(fields)
        if "from" in fields:
            check_sender(fields["from"])
        if len(fields.get("custom_string", "")) > MAX_REFERENCE:
            raise ClickSendConfigError(
                f"custom_string is longer than {MAX_REFERENCE} characters", field="custom_string"
            )
        if "schedule" in fields:
            check_schedule(fields["schedule"], self._now)

    def _check_body(self, body: object) -> None:
        if is_missing(body) or (isinstance(body, str) and not body.strip()):
            raise ClickSendConfigError("body is empty", field="body")
        if (problem := text_problem(body)) or not isinstance(body, str):
            raise ClickSendConfigError(f"body {problem}", field="body")
        if self._refuse_braces and (unfilled := _PLACEHOLDER.search(body)):
            raise ClickSendConfigError(
                f"body holds {unfilled.group()}, which nothing fills: use a Jinja template, a text for each row, or "
                "the name of an SMS template as `template`",
                field="body",
            )
        if self._max_parts and (parts := count_parts(body)) > self._max_parts:
            raise ClickSendConfigError(
                f"body needs {parts} parts and max_parts is {self._max_parts} "
                '(on_too_long="cut" would cut it at a word)',
                field="body",
            )

    def _check_by_model(self, fields: Mapping[str, Any]) -> None:
        """Have the model check what only it knows, once for all rows that are alike in it."""
        if () in self._known_to_the_model and fields.keys() <= _CHECKED_HERE:
            return
        rest = {name: value for name, value in fields.items() if name not in _CHECKED_HERE and name not in _BESIDE}
        key = tuple((name, repr(value)) for name, value in rest.items())
        if key in self._known_to_the_model:
            return
        message = {**self._common, **fields}
        self._model.build({name: value for name, value in message.items() if name not in _BESIDE})
        self._known_to_the_model.add(key)


def _check_texts(fields: Mapping[str, Any]) -> None:
    for name in fields:
        if name not in _OTHER_TEXTS:
            continue
        # The word "None" for a sender or a reference is what a template made of an XCom that is not there.
        is_path = hasattr(fields[name], "__fspath__")
        if not is_path and (problem := text_problem(fields[name])):
            raise ClickSendConfigError(f"{_SPOKEN.get(name, name)} {problem}", field=name)


def check_sender(sender: str) -> None:
    """Refuse what can be neither a number nor an alpha tag.

    :raises ClickSendConfigError: says why.
    """
    if not _ALPHA_SENDER.fullmatch(sender) and not _NUMERIC_SENDER.fullmatch(sender):
        raise ClickSendConfigError(
            "sender must be a number, or a name of 3 to 11 letters and digits without spaces", field="sender"
        )

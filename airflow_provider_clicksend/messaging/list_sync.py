"""What must change in a contact list so that it holds what some rows say. Values only; the number is the key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.messaging.inputs import number_problem
from airflow_provider_clicksend.messaging.numbers import digits, is_same_number, mask_number

if TYPE_CHECKING:
    from airflow_provider_clicksend.api.models.contacts import Contact

#: What a contact's fields are in a row: texts, ``""`` for nothing.
Fields = dict[str, str]

_NAMED = 20
#: Digits by which numbers are sorted before they are compared.
_ENDING = 6


@dataclass(frozen=True, slots=True)
class Change:
    """One contact that is created, updated or deleted.

    :param fields: what it is given. :param contact_id: None for one that is created.
    """

    kind: str
    number: str
    fields: Fields = field(default_factory=dict)
    contact_id: int | None = None

    def shown(self) -> dict[str, Any]:
        """Return what a log or a result may show: the number masked, the names of the fields."""
        return {"change": self.kind, "number": mask_number(self.number), "fields": sorted(self.fields)}


@dataclass(slots=True)
class Plan:
    """What must be done, in this order, and how many stay as they are."""

    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0

    def count(self, kind: str) -> int:
        """Return how many are ``"create"``, ``"update"`` or ``"delete"``."""
        return sum(change.kind == kind for change in self.changes)


def checked_rows(rows: Sequence[Mapping[str, Any]]) -> list[Fields]:
    """Return the rows as texts.

    :raises ClickSendConfigError: names the rows without a number in E.164, and those with the number of an earlier one.
    """
    bad: list[str] = []
    first: dict[object, int] = {}
    for place, row in enumerate(rows):
        number = row["phone_number"]
        problem = number_problem(number)
        if problem is None and first.setdefault(number, place) != place:
            problem = f"has the number of row[{first[number]}]"
        if problem:
            bad.append(f"row[{place}] {problem}")
    if bad:
        more = f" and {len(bad) - _NAMED} more" if len(bad) > _NAMED else ""
        raise ClickSendConfigError(f"{'; '.join(bad[:_NAMED])}{more}. Nothing was changed.", field="phone_number")
    return [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows]


def plan(rows: Sequence[Fields], contacts: Iterable[Contact]) -> Plan:
    """Compare what should be with what is.

    A contact that repeats the number of an earlier one is deleted. One without a phone number is left alone.

    :param rows: from `checked_rows`.
    :raises ClickSendConfigError: a contact's national number fits several rows.
    """
    wanted = {row["phone_number"]: row for row in rows}
    endings: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        endings[digits(row["phone_number"])[-_ENDING:]].append(row["phone_number"])
    result, there, deletes = Plan(), set[str](), list[Change]()
    for contact in contacts:
        if not contact.phone_number:
            continue
        number = _match(contact.phone_number, endings)
        if number is None or number in there:
            deletes.append(Change("delete", contact.phone_number, contact_id=contact.contact_id))
            continue
        there.add(number)
        changed = {name: value for name, value in wanted[number].items() if _differs(name, value, contact)}
        if changed:
            result.changes.append(Change("update", number, changed, contact.contact_id))
        else:
            result.unchanged += 1
    missing = [row for row in rows if row["phone_number"] not in there]
    result.changes += [
        Change("create", row["phone_number"], {name: value for name, value in row.items() if value}) for row in missing
    ]
    result.changes += deletes
    return result


def _match(number: str, endings: Mapping[str, list[str]]) -> str | None:
    same = [wanted for wanted in endings.get(digits(number)[-_ENDING:], []) if is_same_number(wanted, number)]
    exact = [wanted for wanted in same if digits(wanted) == digits(number)]
    if len(exact or same) > 1:
        raise ClickSendConfigError(
            f"The contact {mask_number(number)} fits {len(same)} rows, since it does not say its country. Give it a "
            "number in E.164 at ClickSend. Nothing was changed.",
            field="phone_number",
        )
    return next(iter(exact or same), None)


def _differs(name: str, value: str, contact: Contact) -> bool:
    # The same number in another form is the same number.
    return name != "phone_number" and value != (getattr(contact, name) or "")

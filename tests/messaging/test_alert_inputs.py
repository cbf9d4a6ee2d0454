"""What an alert reads from inputs with cosmetic flaws, and what it does not guess."""

from __future__ import annotations

import json

import pytest

from airflow_provider_clicksend.messaging.alert_inputs import (
    printable,
    read_numbers,
    without_numbers,
    without_templates,
)

ANN, BOB = "+15551234567", "+15551234568"


@pytest.mark.parametrize(
    "given",
    [
        ANN,
        f"{ANN}\n",
        f"\t {ANN}\r\n",
        f"\ufeff{ANN}\u200b",
        f"\u202a{ANN}\u202c",
        "+1 (555) 123-4567",
        "+1-555-123-4567",
        "+1.555.123.4567",
        "+1\u00a0555\u00a0123\u00a04567",
        "+1\u2011555\u2011123\u20114567",
        "\uff0b\uff11\uff15\uff15\uff15\uff11\uff12\uff13\uff14\uff15\uff16\uff17",
        "+\u0661\u0665\u0665\u0665\u0661\u0662\u0663\u0664\u0665\u0666\u0667",
        "0015551234567",
        "+ 15551234567",
        f"tel:{ANN}",
        f"Ann <{ANN}>",
        f'"{ANN}"',
        f"'{ANN}'",
        f"[{ANN}]",
        json.dumps([ANN]),
        str([ANN]),
        [ANN],
        (ANN, ANN),
        {ANN},
        [[ANN]],
        {"to": ANN, "name": "Ann"},
        [{"to": ANN}],
        {"ann": ANN},
        ANN.encode(),
        [ANN, None],
        [None, float("nan"), f" {ANN} "],
        iter([ANN]),
    ],
)
def test_one_number_is_read_from_whatever_holds_it(given: object) -> None:
    assert read_numbers(given).good == (ANN,)


@pytest.mark.parametrize(
    "given",
    [
        f"{ANN},{BOB}",
        f"{ANN}, {BOB}\n",
        f"{ANN};{BOB}",
        f"{ANN} {BOB}",
        f"{ANN}\n{BOB}\n",
        f"{ANN}/{BOB}",
        f"{ANN}|{BOB}",
        "+1 555 123 4567, +1 555 123 4568",
        json.dumps([ANN, BOB]),
        str([ANN, BOB]),
        str((ANN, BOB)),
        [ANN, f"{BOB} "],
        [f"{ANN},{BOB}", ANN],
        [{"to": ANN}, {"to": BOB}],
        {"first": ANN, "second": BOB},
    ],
)
def test_several_numbers_are_all_read(given: object) -> None:
    assert read_numbers(given).good == (ANN, BOB)


def test_a_national_prefix_in_brackets_is_left_out() -> None:
    assert read_numbers("+44 (0)20 7946 0958").good == ("+442079460958",)


@pytest.mark.parametrize(
    "given",
    [
        "",
        " ",
        "None",
        "null",
        "nan",
        "[]",
        None,
        float("nan"),
        [],
        {},
        "on call",
        "5551234567",
        "(555) 123-4567",
        "0155512345678",
        "15551234567",
        15551234567,
        15551234567.0,
        "+0155512345",
        "+123456",
        "+1234567890123456",
        "***",
        True,
        object,
    ],
)
def test_what_would_be_a_guess_is_not_read(given: object) -> None:
    assert read_numbers(given).good == ()


def test_what_was_not_read_is_named_without_its_digits() -> None:
    numbers = read_numbers([ANN, "5551234567", "on call"])
    assert numbers.good == (ANN,)
    assert numbers.bad == ("55512***4567", "***")
    assert read_numbers(f"{ANN} 5551234568").bad == ("55512***4568",)


def test_text_before_and_after_a_number_is_no_part_of_it() -> None:
    assert read_numbers(f"{ANN} 24").good == (ANN,)
    assert read_numbers("since 2026-11-24: +15551234567 (night shift 2)").good == (ANN,)


def test_what_stands_beside_a_broken_template_is_still_there() -> None:
    left = without_templates(f"{{{{ var.value.oncall }}}}, {ANN} {{% if x %}} {{# {BOB} #}}")
    assert read_numbers(left).good == (ANN,)


class Broken:
    def __str__(self) -> str:
        raise ValueError("no")


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("failed: b\udcffd.csv", "failed: b\ufffdd.csv"),
        ("\ud83d\ude00 joined", "\U0001f600 joined"),
        ("nul\0 bell\a", "nul bell"),
        ("two\nlines ", "two\nlines"),
        (123, "123"),
        (["a"], "['a']"),
        (Broken(), "<Broken that cannot be printed>"),
    ],
)
def test_what_is_printed_can_leave(given: object, left: str) -> None:
    assert printable(given) == left
    assert left.encode()


def test_numbers_in_errors_are_masked() -> None:
    said = without_numbers(f"no route to {ANN} or +1 555 123 4568: id 42, 2026")
    assert "1234567" not in said
    assert "123 4568" not in said
    assert said.endswith("id 42, 2026")

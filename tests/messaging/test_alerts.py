"""What a phone shows: whether one would know what to do at three in the morning."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_clicksend.messaging.alert_window import Held
from airflow_provider_clicksend.messaging.alerts import (
    Event,
    clock,
    default_text,
    exception_text,
    group_mark,
    more_text,
    plain,
    reference,
    speakable,
)
from airflow_provider_clicksend.messaging.segments import count_parts, is_gsm

NOW = datetime(2026, 11, 24, 3, 12, tzinfo=UTC)
RUN = "scheduled__2026-11-24T03:00:00+00:00"
LINK = (
    "https://airflow.example.com/dags/nightly_load/runs/scheduled__2026-11-24T03%3A00%3A00%2B00%3A00"
    "/tasks/load_rows/mapped/3?try_number=3"
)
FAILED = Event(
    kind="failed",
    dag_id="nightly_load",
    run_id=RUN,
    task_id="load_rows",
    map_index=3,
    try_number=3,
    tries=3,
    since=NOW - timedelta(minutes=12),
    reason="ValueError: no such table: rows",
    link=LINK,
)
HELD = Held(14, "load_rows[4]", NOW.timestamp() - 600, NOW.timestamp())


def text(event: Event, before: str = "") -> str:
    return default_text(event, now=NOW, before=before)


def test_a_failure_says_what_where_since_when_why_and_where_to_look() -> None:
    assert text(FAILED).splitlines() == [
        "Task load_rows[3] of nightly_load FAILED at 03:12 UTC, started 03:00, try 3 of 3.",
        "ValueError: no such table: rows",
        LINK,
    ]


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        (
            {"kind": "retry", "task_id": "load", "map_index": -1, "try_number": 1},
            "Task load of nightly_load failed, will be tried again at 03:12 UTC, started 03:00, try 1 of 3.",
        ),
        ({"kind": "success"}, "Task load_rows[3] of nightly_load succeeded at 03:12 UTC, started 03:00."),
        ({"kind": "started"}, "Task load_rows[3] of nightly_load started at 03:12 UTC."),
        ({"task_id": None}, "DAG nightly_load FAILED at 03:12 UTC, started 03:00, try 3 of 3."),
        (
            {"kind": "late", "task_id": None, "tries": 0, "due": NOW - timedelta(minutes=2)},
            "DAG nightly_load is LATE at 03:12 UTC, due 03:10, started 03:00.",
        ),
        (
            {"kind": "asks", "subject": "Load 1.2M rows?", "options": ("Approve", "Reject")},
            "Load 1.2M rows? (Approve, Reject): Airflow waits for your answer, task load_rows[3] of nightly_load.",
        ),
        (
            {"since": NOW - timedelta(hours=9), "tries": 1},
            "Task load_rows[3] of nightly_load FAILED at 03:12 UTC, started 23 Nov 18:12.",
        ),
    ],
)
def test_each_kind_has_its_headline(changed: dict[str, object], line: str) -> None:
    assert text(replace(FAILED, **changed)).splitlines()[0] == line


def test_nothing_known_is_still_an_alert() -> None:
    assert text(Event(kind="failed")) == "Airflow: something FAILED at 03:12 UTC."


def test_without_a_link_the_run_is_named() -> None:
    assert f"Run {RUN}." in text(replace(FAILED, link=""))


def test_a_long_reason_is_cut_at_a_word_and_the_link_stays_whole() -> None:
    said = text(replace(FAILED, reason="OperationalError: connection to server failed, " * 20)).splitlines()
    assert said[1].startswith("OperationalError: connection to server")
    assert said[1].endswith("...")
    assert said[2] == LINK


def test_a_link_that_cannot_fit_is_left_out_rather_than_broken() -> None:
    said = text(replace(FAILED, link="https://airflow.example.com/" + "x" * 300))
    assert "https" not in said
    assert RUN in said


def test_the_link_is_worth_more_than_the_details() -> None:
    said = text(replace(FAILED, dag_id="a_dag_with_a_long_name_" * 4), before="14 more failures.")
    assert said.endswith(LINK)
    assert "started" not in said


@given(
    st.builds(
        Event,
        kind=st.sampled_from(["failed", "retry", "late", "asks", "success"]),
        dag_id=st.text(max_size=250) | st.none(),
        run_id=st.text(max_size=250) | st.none(),
        task_id=st.text(max_size=250) | st.none(),
        reason=st.text(max_size=2000).filter(lambda reason: "https" not in reason),
        link=st.text("abc", max_size=400).map(lambda path: f"https://{path}"),
        subject=st.text(max_size=400),
        since=st.datetimes(timezones=st.just(UTC)) | st.none(),
    ),
    st.integers(1, 4),
)
def test_whatever_happened_it_fits(event: Event, max_parts: int) -> None:
    said = default_text(event, now=NOW, max_parts=max_parts)
    assert 1 <= count_parts(said) <= max_parts
    assert said.endswith(f"\n{event.link}") or "https://" not in said


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("it\u2019s \u201cdone\u201d \u2013 or not\u2026", 'it\'s "done" - or not...'),
        ("line one\n\n\tline two", "line one line two"),
        ("\x1b[31mred\x1b[0m alert 🔥 ✅", "red alert"),
        ("naïve façade", "naive facade"),
        ("café Ångström", "café Ångström"),  # GSM has these
        ("Vi\u1ec7t Nam: l\u1ed7i", "Viet Nam: loi"),
        ("cafe\u0301", "café"),  # GSM has the letter, and not the mark
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467 done", "done"),
    ],
)
def test_what_would_double_the_price_for_nothing_goes(written: str, sent: str) -> None:
    assert plain(written) == sent


@pytest.mark.parametrize(
    "text",
    [
        "हिन्दी में त्रुटि: फ़ाइल नहीं मिली",
        "क्\u200dष, न\u200dह",  # joiners make another letter
        "نمی\u200cشود",  # and a non-joiner another word
        "خطأٌ في المِلَفّ",
        "שָׁלוֹם",
        "ข้อผิดพลาด: ไม่พบไฟล์",
        "தமிழ் பிழை",
        "བོད་ཡིག",
        "ошибка 🔥, naïve",  # it is UCS-2 in any case
    ],
)
def test_a_text_in_another_script_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


def test_what_is_not_a_character_leaves_a_text_in_another_script() -> None:
    assert plain("मि\x00ली\n\x1b[31m5\x1b[0m\ufdd0") == "मिली 5"


@pytest.mark.parametrize("reason", ["文件不存在" * 30, "ไม่พบไฟล์" * 20, "फ़ाइल नहीं मिली " * 10])
def test_a_long_reason_in_any_script_is_cut_and_not_dropped(reason: str) -> None:
    event = Event("failed", dag_id="load", task_id="rows", reason=reason, link="https://airflow.example.com/dags/load")
    _, said, link = default_text(event, now=NOW).split("\n")
    assert reason.startswith(said.removesuffix("..."))
    assert len(said) > 20
    assert link == event.link


@given(st.text(st.characters(max_codepoint=0x24F)))
def test_latin_text_becomes_gsm_or_keeps_its_letters(written: str) -> None:
    left = [character for character in plain(written) if not is_gsm(character)]
    assert all(character.isalpha() or not character.isascii() for character in left)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (None, ""),
        ("", ""),
        ("marked as failed externally", "marked as failed externally"),
        (ValueError("no such table"), "ValueError: no such table"),
        (KeyError("rows"), "KeyError: 'rows'"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_an_exception_may_be_missing_or_a_text(error: object, said: str) -> None:
    assert exception_text(error) == said


def test_a_summary_counts_what_was_held_back() -> None:
    line = more_text(HELD, kind="failed", group="nightly_load", now=NOW)
    assert line == "14 more failures of nightly_load in 10 min from 03:02 UTC, first: load_rows[4]."
    one = more_text(replace(HELD, count=1, at_least=True), kind="success", group="g", now=NOW)
    assert one == "At least 1 more alert of g in 10 min from 03:02 UTC, first: load_rows[4]."


def test_a_summary_and_the_failure_at_hand_fit_one_text() -> None:
    said = text(FAILED, before=more_text(HELD, kind="failed", group="nightly_load", now=NOW))
    assert said.splitlines()[0].startswith("14 more failures")
    assert said.endswith(LINK)
    assert count_parts(said) <= 2


def test_a_voice_says_no_link_and_no_underscores() -> None:
    said = speakable(text(FAILED))
    assert said == (
        "Task load rows number 3 of nightly load FAILED at 03:12 UTC, started 03:00, try 3 of 3. "
        "ValueError: no such table: rows."
    )


def test_the_same_event_has_the_same_reference_and_no_other() -> None:
    same = replace(FAILED, reason="said otherwise", link="", since=None)
    others = [
        replace(FAILED, **change)
        for change in (
            {"try_number": 2},
            {"kind": "retry"},
            {"map_index": 4},
            {"run_id": "r2"},
            {"instance": "1"},
            {"task_id": None},
        )
    ]
    assert reference(FAILED) == reference(same)
    assert len({reference(event) for event in [FAILED, *others]}) == 7
    assert re.fullmatch(r"al-[0-9a-f]{16}-x", reference(FAILED))


def test_a_group_is_its_people_its_channel_and_good_or_bad_news() -> None:
    mark = group_mark("sms", ["+15551234567", "+15551234568"], "nightly_load", "failed")
    assert mark == group_mark("sms", ["+15551234568", "+15551234567"], "nightly_load", "retry")
    others = [
        group_mark("voice", ["+15551234567", "+15551234568"], "nightly_load", "failed"),
        group_mark("sms", ["+15551234567"], "nightly_load", "failed"),
        group_mark("sms", ["+15551234567", "+15551234568"], "hourly_load", "failed"),
        group_mark("sms", ["+15551234567", "+15551234568"], "nightly_load", "success"),
    ]
    assert len({mark, *others}) == 5


def test_times_are_told_in_utc() -> None:
    assert clock(datetime.fromisoformat("2026-11-24T05:30:00+02:30"), NOW) == "03:00"

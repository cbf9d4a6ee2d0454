"""The page's HTML and its address, without Airflow."""

from __future__ import annotations

import re

import pytest

from airflow_provider_clicksend.messaging.message_table import Pushed
from airflow_provider_clicksend.plugins.page.address import Address
from airflow_provider_clicksend.plugins.page.rendering import PAGE_ROWS, bars, page_of
from tests.plugins.test_message_table import ANNA, BERT, sent

ADDRESS = Address("nightly", "manual__2026-11-26T10:00:00+00:00")


def page(*values: object, address: Address = ADDRESS) -> str:
    return page_of([Pushed("send", -1, "return_value", value) for value in values], address, "N0NCE")


def test_it_says_who_was_texted_and_what_became_of_it() -> None:
    html = page(sent(ANNA, refused=(BERT,)))
    text = re.sub(r"\s+", " ", re.sub(r"<style.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL))
    assert "All 2 Refused 1 Accepted 1 Price 0.0770 USD" in text
    assert "send +1555***4567 text accepted 0.0770" in text
    assert "COUNTRY_NOT_ENABLED: Enable the country" in text
    assert ANNA not in html


def test_what_people_wrote_is_no_html() -> None:
    reply = {"original_message_id": f"ID-{ANNA}", "from": ANNA, "body": "<script>alert(1)</script>"}
    html = page(sent(ANNA), reply)
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_it_loads_nothing_and_has_no_style_but_its_own() -> None:
    html = page(sent(ANNA))
    assert re.findall(r"""(?:src|href)=["'](?!\?)""", html) == []
    assert "style=" not in html
    assert '<style nonce="N0NCE">' in html


def test_a_run_without_messages_says_why_that_may_be() -> None:
    assert "No task here has sent a message yet." in page()


def test_a_result_that_cannot_be_read_names_its_task() -> None:
    assert "cannot be read here" in page("s3://bucket/key")


def test_many_messages_come_in_pages_with_a_chart() -> None:
    many = sent(*(f"+1555{n:07}" for n in range(250)))
    first, last = page(many), page(many, address=ADDRESS.__class__(ADDRESS.dag_id, ADDRESS.run_id, page=99))
    assert first.count('<td data-name="To"') == PAGE_ROWS
    assert "1 to 100 of 250" in first
    assert 'aria-label="250 accepted"' in first
    assert "201 to 250 of 250" in last
    assert 'rel="next"' not in last
    assert "<rect" not in page(sent(ANNA))


def test_a_state_can_be_looked_at_alone() -> None:
    html = page(sent(ANNA, refused=(BERT,)), address=Address("d", "r", state="refused"))
    assert "+6141***0001" in html
    assert "+1555***4567" not in html


def test_a_part_of_the_chart_is_never_too_small_to_be_seen() -> None:
    parts = bars({"refused": 1, "failed": 0, "accepted": 0, "delivered": 99_999, "answered": 0})
    assert [part.state for part in parts] == ["delivered", "refused"]
    assert parts[-1].width >= 3.9
    assert round(parts[-1].x + parts[-1].width) == 1000


@pytest.mark.parametrize(
    ("query", "address"),
    [
        # Airflow 3.3 encodes ids, 3.1 does not: a plus is a plus in both.
        (
            "dag_id=d&run_id=manual__2026-11-26T10%3A00%3A00%2B00%3A00",
            Address("d", "manual__2026-11-26T10:00:00+00:00"),
        ),
        ("dag_id=d&run_id=manual__2026-11-26T10:00:00+00:00", Address("d", "manual__2026-11-26T10:00:00+00:00")),
        ("dag_id=d&run_id=r&task_id=g.t&map_index=3", Address("d", "r", "g.t", 3)),
        # A task that is not mapped has no map index for Airflow to put in.
        ("dag_id=d&run_id=r&task_id=t&map_index=%7BMAP_INDEX%7D", Address("d", "r", "t")),
        ("dag_id=d&run_id=r&task_id=t&map_index=-1", Address("d", "r", "t")),
        ("dag_id={DAG_ID}&run_id=r", Address("", "r")),
        ("dag_id=d&run_id=r&state=refused&page=3", Address("d", "r", state="refused", page=3)),
        ("dag_id=d&run_id=r&state=x'&page=-7", Address("d", "r")),
        ("dag_id=d&run_id=r&page=99999999999999999999", Address("d", "r")),
        ("", Address("", "")),
    ],
)
def test_an_address_is_read(query: str, address: Address) -> None:
    assert Address.read(query) == address


def test_the_address_of_another_page_is_read_as_the_same_run() -> None:
    address = Address("d", "a&b=c+d/é", "t", 3)
    assert Address.read(address.to(state="failed", page=2).removeprefix("?")) == Address(
        "d", "a&b=c+d/é", "t", 3, "failed", 2
    )

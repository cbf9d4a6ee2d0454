"""The sandbox's page in a real browser: live, with a keyboard, at 360 pixels, and without asking anybody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from airflow_provider_clicksend.sandbox.testing import Sandbox
from tests.sandbox.conftest import PHONE, Api
from tests.support.browser import open_browser

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

VIEWS = {
    "phones": "/?view=phones",
    "thread": "/?phone=%2B15551234567",
    "lock": "/?phone=%2B15551234567&look=lock",
    "requests": "/?view=panel&panel=requests&request=1",
    "faults": "/?view=panel&panel=faults",
    "worlds": "/?view=panel&panel=worlds",
    "settings": "/?view=panel&panel=settings",
}
LONG = "Task load_rows of nightly_load FAILED: https://airflow.example.com/dags/nightly_load/runs/" + "x" * 120


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with open_browser() as browser:
        yield browser


class Tab:
    """A tab with the page, and what went wrong in it."""

    def __init__(self, browser: Any, sandbox: Sandbox, **options: Any) -> None:
        self.context = browser.new_context(base_url=sandbox.url, **options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(8000)
        self.problems: list[str] = []
        self.hosts: set[str] = set()
        self.page.on("console", lambda message: self._note(message.type, message.text))
        self.page.on("pageerror", lambda error: self._note("error", str(error)))
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname or ""))

    def _note(self, kind: str, text: str) -> None:
        # htmx reports a look that gave way to a click as an error.
        if kind in {"error", "warning"} and not text.startswith("htmx:"):
            self.problems.append(text)

    def open(self, address: str = "/") -> Any:
        self.page.goto(address)
        return self.page


@pytest.fixture
def tab(browser: Any, sandbox: Sandbox, api: Api, request: pytest.FixtureRequest) -> Iterator[Tab]:
    tab = Tab(browser, sandbox, **getattr(request, "param", {}))
    yield tab
    tab.context.close()
    assert tab.hosts <= {"127.0.0.1"}
    assert tab.problems == []


small = pytest.mark.parametrize("tab", [{"viewport": {"width": 360, "height": 640}}], indirect=True, ids=["360"])


def test_a_text_and_its_receipt_appear_without_reloading(sandbox: Any, api: Any, tab: Tab) -> None:
    sandbox.settings(deliver_after=1.5)
    page = tab.open()
    page.get_by_text("A phone appears with its first text").wait_for()
    page.evaluate("window.untouched = true")
    api.send_one(body="Load it? Reply YES or NO")
    bubble = page.get_by_role("article").filter(has_text="Load it? Reply YES or NO")
    bubble.get_by_text("Delivered 201").wait_for()
    assert page.evaluate("window.untouched") is True
    assert page.get_by_role("log").get_attribute("aria-label") == f"Messages with {PHONE}"


def test_a_half_written_reply_an_open_bubble_and_the_focus_survive_what_arrives(api: Any, tab: Tab) -> None:
    api.send_one(body="The first")
    page = tab.open()
    page.get_by_role("article").filter(has_text="The first").locator("summary").click()
    page.get_by_label(f"Text as {PHONE}").click()
    page.keyboard.type("Half a th")
    api.send_one(body="The second")
    page.get_by_role("article").filter(has_text="The second").wait_for()
    page.keyboard.type("ought")
    assert page.get_by_label(f"Text as {PHONE}").input_value() == "Half a thought"
    assert page.get_by_text("Message id").first.is_visible()
    page.get_by_label("Look for a number or words").focus()
    page.wait_for_timeout(1500)
    assert page.get_by_label(f"Text as {PHONE}").input_value() == "Half a thought"


def test_a_person_replies_with_the_keyboard_alone(api: Any, tab: Tab) -> None:
    message_id = api.send_one(body="Load it? Reply YES or NO")
    page = tab.open()
    page.get_by_label(f"Text as {PHONE}").focus()
    page.keyboard.type("YES")
    page.keyboard.press("Enter")
    page.get_by_role("article").filter(has_text="unread").wait_for()
    assert api.get(f"/v3/sms/inbound/{message_id}").json()["data"]["body"] == "YES"
    assert page.get_by_label(f"Text as {PHONE}").input_value() == ""
    page.keyboard.type("and more")
    assert page.get_by_label(f"Text as {PHONE}").input_value() == "and more"


def test_a_quick_answer_is_one_tap(api: Any, tab: Tab) -> None:
    message_id = api.send_one()
    page = tab.open()
    page.get_by_role("button", name="NO", exact=True).click()
    page.get_by_role("article").filter(has_text="unread").wait_for()
    assert api.get(f"/v3/sms/inbound/{message_id}").json()["data"]["body"] == "NO"


def test_keys_of_a_call_stand_in_its_receipt(sandbox: Any, api: Any, tab: Tab) -> None:
    sandbox.settings(calls_by_hand=True, deliver_after=1)
    message_id = api.send_one("voice", body="Press 1 to take it", require_input=1)
    page = tab.open()
    page.get_by_role("button", name="Key 1", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Key hash").click()
    page.get_by_text("Answered 201").wait_for()
    assert api.get(f"/v3/voice/receipts/{message_id}").json()["data"]["digits"] == "1#"


def test_a_world_and_a_fault_are_switched_without_reloading(sandbox: Any, tab: Tab) -> None:
    page = tab.open("/?panel=worlds&view=panel")
    page.get_by_label("History echo").select_option("null")
    page.get_by_text("1 of").wait_for()
    assert sandbox.world()["history_echo"] == "null"
    page.get_by_label("History refused").check()
    page.get_by_text("2 of").wait_for()
    assert sandbox.world()["history_refused"] is True
    page.get_by_role("navigation", name="Behind the phones").get_by_role("link", name="Faults").click()
    page.get_by_label("What the caller sees").select_option("502")
    page.get_by_label("First carry the request out").check()
    page.wait_for_timeout(1300)
    page.get_by_role("button", name="Add the fault").click()
    page.get_by_text("accepted-then-502").wait_for()
    assert [fault["fault"] for fault in sandbox.control("GET", "faults")["faults"]] == ["accepted-then-502"]
    sandbox.control("DELETE", "faults")
    page.get_by_text("Nothing is in the way of requests.").wait_for()


def test_a_request_opens_and_stays_open_while_others_come(api: Any, tab: Tab) -> None:
    api.send_one(body="Hello there")
    page = tab.open()
    page.get_by_role("link", name="/v3/sms/send").click()
    page.get_by_label("Body of the request").get_by_text('"body": "Hello there"').wait_for()
    page.get_by_text(re.compile(r"\d+ headers")).first.click()
    api.get("/v3/account")
    page.get_by_role("link", name="/v3/account").wait_for()
    assert page.get_by_text("Bearer ••••••").is_visible()


@small
def test_at_360_pixels_a_thumb_goes_from_the_phones_to_a_thread_and_back(api: Any, tab: Tab) -> None:
    api.send_one(to="+61411000001", body="Shift at 7")
    api.send_one(body="Load it?")
    page = tab.open()
    assert not page.get_by_role("log").is_visible()
    page.get_by_role("link", name="+61411000001").click()
    page.get_by_role("log").get_by_text("Shift at 7").wait_for()
    assert not page.get_by_role("heading", name="Phones").is_visible()
    page.get_by_role("button", name="YES").click()
    page.get_by_role("log").get_by_text("unread").wait_for()
    page.get_by_role("link", name="Back to the phones").click()
    page.get_by_role("heading", name="Phones").wait_for()
    page.get_by_role("link", name="Worlds").click()
    page.get_by_label("History echo").wait_for()
    page.go_back()
    page.get_by_role("heading", name="Phones").wait_for()


@small
@pytest.mark.parametrize("name", VIEWS)
def test_at_360_pixels_nothing_is_cut_off_or_too_small_for_a_thumb(api: Any, tab: Tab, name: str) -> None:
    api.send_one(body=LONG, custom_string="x" * 50)
    api.send_one("voice", require_input=1)
    api.send(
        {"to": PHONE, "body": "Last night", "subject": "Rows"}, channel="mms", media_file="https://example.com/a.jpg"
    )
    page = tab.open(VIEWS[name])
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    wide = page.evaluate(
        """[...document.querySelectorAll('main *')].filter(e => e.checkVisibility() && !e.closest('.hidden, svg, pre')
            && (e.getBoundingClientRect().right > 361 || e.getBoundingClientRect().left < -1)).map(e => e.outerHTML)"""
    )
    assert wide == []
    tiny = page.evaluate(
        """[...document.querySelectorAll('a, button, input, select, summary')].filter(e => e.checkVisibility()
            && !e.closest('.body, dl, .skip, .check') && e.type !== 'checkbox'
            && (e.getBoundingClientRect().height < 24 || e.getBoundingClientRect().width < 24)).map(e => e.outerHTML)"""
    )
    assert tiny == []


@pytest.mark.parametrize("name", VIEWS)
def test_whatever_can_be_used_has_a_name_for_a_screen_reader(api: Any, tab: Tab, name: str) -> None:
    api.send_one()
    api.send_one("voice", require_input=1)
    page = tab.open(VIEWS[name])
    tree = tab.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    roles = {"button", "link", "textbox", "searchbox", "combobox", "checkbox", "switch", "image", "log", "region"}
    used = [node for node in tree if not node["ignored"] and node["role"]["value"] in roles]
    assert len(used) > 5
    assert [node for node in used if not node.get("name", {}).get("value", "").strip()] == []


@pytest.mark.parametrize("tab", [{"java_script_enabled": False}], indirect=True, ids=["no scripts"])
def test_without_scripts_the_page_works_by_reloading(sandbox: Any, api: Any, tab: Tab) -> None:
    message_id = api.send_one()
    page = tab.open()
    page.get_by_label(f"Text as {PHONE}").fill("YES")
    page.get_by_role("button", name="Send").click()
    assert page.get_by_role("article").filter(has_text="unread").is_visible()
    assert api.get(f"/v3/sms/inbound/{message_id}").json()["data"]["body"] == "YES"


def test_a_sandbox_that_is_away_is_said_to_be_away_until_it_is_back(browser: Any, sandbox: Any, api: Any) -> None:
    tab = Tab(browser, sandbox)
    page = tab.open()
    tab.context.set_offline(True)
    page.get_by_text("The sandbox does not answer.").wait_for()
    tab.context.set_offline(False)
    page.get_by_text("The sandbox does not answer.").wait_for(state="hidden")
    tab.context.close()

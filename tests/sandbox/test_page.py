"""The sandbox's page: what is on the screens of phones, and what a person does there."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
import requests

from airflow_provider_clicksend.sandbox.control.switchboard import FAULTS
from airflow_provider_clicksend.sandbox.data.store import Settings
from airflow_provider_clicksend.sandbox.maton.faults import FaultName
from airflow_provider_clicksend.sandbox.testing import Sandbox
from airflow_provider_clicksend.sandbox.worlds import World
from tests.sandbox.conftest import PHONE, TEST_NUMBER

GIF = base64.b64decode("R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")
EVIL = "<script>alert(1)</script>"


class Page:
    """What a person sees, as text, and the forms of the page."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    def html(self, **view: Any) -> str:
        answer = requests.get(self.sandbox.url, params=view, timeout=5)
        assert answer.status_code == 200, answer.text
        return answer.text

    def text(self, **view: Any) -> str:
        shown = re.sub(r"<script.*?</script>|<[^>]*>", " ", self.html(**view), flags=re.DOTALL)
        return " ".join(unescape(shown).split())

    def bubbles(self, phone: str = PHONE) -> list[str]:
        """Return the texts of the bubbles on a phone, oldest first."""
        found = re.findall(r"<article.*?</article>", self.html(phone=phone), re.DOTALL)
        return [" ".join(unescape(re.sub(r"<[^>]*>", " ", item)).split()) for item in found]

    def post(self, form: str, **fields: str) -> str:
        """Send a form and return the page that it leads to, as text."""
        answer = requests.post(f"{self.sandbox.url}/sandbox/page/{form}", data=fields, timeout=5)
        assert answer.status_code == 200, answer.text
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


@pytest.fixture
def page(sandbox: Sandbox) -> Page:
    return Page(sandbox)


def digits_of(api: Any, message_id: str) -> str:
    return str(api.get(f"/v3/voice/receipts/{message_id}").json()["data"]["digits"])


@pytest.mark.parametrize(
    "shown",
    [
        "delivered: Delivered 201",
        "failed: Failed 301",
        "pending: Sent 200",
        "temporary: Trying again 300",
    ],
)
def test_a_bubble_shows_what_the_receipt_says(sandbox: Any, api: Any, page: Page, eventually: Any, shown: str) -> None:
    outcome, _, state = shown.partition(": ")
    sandbox.decide(outcome)
    sandbox.settings(deliver_after=0.3)
    api.send_one(body="Load it? Reply YES or NO")
    eventually(lambda: state in page.bubbles()[0])
    assert "Load it? Reply YES or NO" in page.bubbles()[0]
    assert "1 part $0.0154" in page.bubbles()[0]


def test_a_bubble_is_queued_then_sent_while_no_receipt_has_come(
    sandbox: Any, api: Any, page: Page, eventually: Any
) -> None:
    sandbox.decide("never")
    sandbox.settings(history_lag=3)
    api.send_one()
    assert "Queued" in page.bubbles()[0]
    eventually(lambda: " Sent " in page.bubbles()[0])


def test_a_failed_text_shows_the_carriers_error(sandbox: Any, api: Any, page: Page, eventually: Any) -> None:
    sandbox.decide("failed")
    api.send_one()
    eventually(lambda: "error 8: Unknown subscriber" in page.bubbles()[0])


def test_refused_scheduled_and_cancelled_texts_look_it(sandbox: Any, api: Any, page: Page) -> None:
    sandbox.settings(disabled_countries=["+44"])
    api.send({"to": "+447700900123", "body": "Hello"})
    message_id = api.send_one(schedule=int(time.time()) + 7200)
    assert "Refused COUNTRY_NOT_ENABLED" in page.bubbles("+447700900123")[0]
    assert "Scheduled" in page.bubbles()[0]
    api.put(f"/v3/sms/{message_id}/cancel")
    assert "Cancelled" in page.bubbles()[0]


def test_a_test_number_is_said_to_get_no_receipt(api: Any, page: Page) -> None:
    api.send_one(to=TEST_NUMBER)
    assert "a test number never gets a receipt" in page.bubbles(TEST_NUMBER)[0]


def test_a_reply_from_the_page_arrives_and_shows_whether_it_was_read(api: Any, page: Page) -> None:
    message_id = api.send_one()
    page.post("reply", phone=PHONE, body="YES")
    assert api.get(f"/v3/sms/inbound/{message_id}").json()["data"]["body"] == "YES"
    assert page.bubbles()[1].endswith("unread")
    api.put("/v3/sms/inbound-read", {})
    assert page.bubbles()[1].endswith("marked as read")


def test_a_number_that_is_none_is_explained_and_nothing_arrives(api: Any, page: Page) -> None:
    for form in ("reply", "open"):
        assert "The phone needs a number such as +15551234567." in page.post(form, phone="0412", body="YES")
    assert api.rows("/v3/sms/inbound") == []


def test_a_phone_that_nobody_texted_can_write(page: Page, api: Any) -> None:
    assert "has not been texted yet" in page.post("open", phone=" +1 555 765 4321 ")
    page.post("reply", phone="+15557654321", body="Hello?")
    assert [row["from"] for row in api.rows("/v3/sms/inbound")] == ["+15557654321"]


def test_the_phone_with_the_newest_message_is_first_and_words_find_others(api: Any, page: Page) -> None:
    api.send_one(to="+61411000001", body="About the invoices")
    api.send_one(body="About the orders")
    listed = r'id="phone-(\d+)"'
    assert re.findall(listed, page.html()) == ["15551234567", "61411000001"]
    assert re.findall(listed, page.html(q="invoices")) == ["61411000001"]
    assert re.findall(listed, page.html(q="+1555")) == ["15551234567"]


def test_keys_that_are_pressed_are_the_digits_of_the_receipt(
    sandbox: Any, api: Any, page: Page, eventually: Any
) -> None:
    sandbox.settings(deliver_after=0.4)
    message_id = api.send_one("voice", require_input=1)
    for key in "1#":
        page.post("key", message_id=message_id, key=key)
    assert api.rows("/v3/voice/receipts") == []
    eventually(lambda: api.rows("/v3/voice/receipts"))
    assert digits_of(api, message_id) == "1#"
    assert "digits 1#" in page.bubbles()[0]


def test_a_key_that_is_pressed_late_comes_in_a_receipt_that_is_unread_again(
    api: Any, page: Page, eventually: Any
) -> None:
    message_id = api.send_one("voice", require_input=1)
    eventually(lambda: api.rows("/v3/voice/receipts"))
    api.put("/v3/voice/receipts-read", {})
    page.post("key", message_id=message_id, key="7")
    assert [row["digits"] for row in api.rows("/v3/voice/receipts")] == ["7"]


def test_a_call_by_hand_rings_until_somebody_takes_it(sandbox: Any, api: Any, page: Page) -> None:
    sandbox.settings(calls_by_hand=True, deliver_after=0)
    heard, declined, pressed = (api.send_one("voice", require_input=1, body=f"Call {n}") for n in range(3))
    time.sleep(0.15)
    assert api.rows("/v3/voice/receipts") == []
    assert all("Ringing" in bubble for bubble in page.bubbles())
    page.post("call", message_id=heard, end="heard")
    page.post("call", message_id=declined, end="decline")
    page.post("key", message_id=pressed, key="5")
    codes = {row["message_id"]: (row["status_code"], row["digits"]) for row in api.rows("/v3/voice/receipts")}
    assert codes == {heard: ("201", ""), declined: ("301", ""), pressed: ("201", "5")}


def test_only_a_call_that_asks_for_keys_has_a_keypad(api: Any, page: Page) -> None:
    api.send_one("voice")
    assert "Key 1" not in page.html(phone=PHONE)
    api.send_one("voice", require_input=1)
    assert 'aria-label="Key 1"' in page.html(phone=PHONE)


@pytest.mark.parametrize("key", ["12", "a", ""])
def test_what_is_no_key_cannot_be_pressed(sandbox: Any, api: Any, key: str) -> None:
    fields = {"message_id": api.send_one("voice", require_input=1), "key": key}
    assert requests.post(f"{sandbox.url}/sandbox/page/key", data=fields, timeout=5).status_code == 422
    assert (
        requests.post(
            f"{sandbox.url}/sandbox/page/key", data={**fields, "key": "1", "message_id": "x"}, timeout=5
        ).status_code
        == 404
    )


def test_an_uploaded_picture_is_shown_and_one_elsewhere_is_not_asked_for(sandbox: Any, api: Any, page: Page) -> None:
    files = {"file": ("chart.gif", GIF, "image/gif")}
    uploaded = api.call("POST", "/v3/uploads?convert=mms", files=files).json()["data"]["_url"]
    for media in (uploaded, "https://example.com/chart.jpg"):
        api.send({"to": PHONE, "body": "Last night", "subject": "Rows"}, channel="mms", media_file=media)
    sources = re.findall(r'<img src="([^"]*)"', page.html(phone=PHONE))
    assert len(sources) == 1
    shown = requests.get(sandbox.url + sources[0], timeout=5)
    assert (shown.content, shown.headers["content-type"]) == (GIF, "image/gif")
    assert "Picture at example.com" in page.bubbles()[1]


def test_an_upload_that_is_no_picture_is_not_served(sandbox: Any, api: Any) -> None:
    files = {"file": ("page.html", EVIL.encode(), "text/html")}
    api.call("POST", "/v3/uploads?convert=mms", files=files)
    assert requests.get(f"{sandbox.url}/sandbox/page/media/1", timeout=5).status_code == 404


def test_a_locked_phone_shows_what_arrived_and_nothing_that_did_not(
    sandbox: Any, api: Any, page: Page, eventually: Any
) -> None:
    sandbox.settings(disabled_countries=["+1555"])
    api.send({"to": PHONE, "body": "Never arrived"})
    sandbox.settings(disabled_countries=[])
    api.send_one(body="Task load FAILED")
    eventually(lambda: "Task load FAILED" in page.text(phone=PHONE, look="lock"))
    notices = page.html(phone=PHONE, look="lock").partition('aria-label="Notifications"')[2]
    assert "Never arrived" not in notices


def test_texts_are_shown_as_text(sandbox: Any, api: Any, page: Page) -> None:
    api.send({"to": f'"{EVIL}', "body": EVIL})
    sandbox.reply(PHONE, EVIL)
    shown = page.html(phone=PHONE, q=f'"{EVIL}', problem=EVIL) + page.html(phone=f'">{EVIL}')
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


def test_a_request_is_shown_whole_and_without_secrets(sandbox: Any, api: Any, page: Page) -> None:
    api.send_one(body="Hello there", custom_string="ref-1")
    api.get("/v3/account")
    api.get("/connections")
    whole = [page.text(panel="requests", request=number) for number in (1, 2, 3)]
    assert '"body": "Hello there"' in whole[0]
    assert '"response_code": "SUCCESS"' in whole[0]
    assert "authorization Bearer ••••••" in whole[0]
    assert '"api_key": "••••••"' in whole[1]
    assert "session_token=••••••" in whole[2]
    for text in whole:
        assert not re.search(r"SANDBOX0|sandbox-session|Bearer sandbox", text)


def test_a_key_of_ones_own_is_nowhere_on_the_page(sandbox: Any, page: Page) -> None:
    sandbox.settings(api_key="my-own-key")
    requests.get(f"{sandbox.url}/clicksend/v3/account", headers={"Authorization": "Bearer my-own-key"}, timeout=5)
    shown = [page.html(panel="requests", request=1), page.html(panel="settings"), page.html(panel="worlds")]
    sandbox.settings(api_key="sandbox-key")
    assert not any("my-own-key" in html for html in shown)


def test_a_request_that_met_a_fault_says_so(sandbox: Any, api: Any, page: Page) -> None:
    sandbox.fault("dropped")
    sandbox.fault("accepted-then-502", "/v3/sms/send")
    with pytest.raises(requests.ConnectionError):
        api.get("/v3/account")
    api.post("/v3/sms/send", {"messages": [{"to": PHONE, "body": "Hello"}]})
    lines = re.findall(r'<li id="r-\d+".*?</li>', page.html(), re.DOTALL)
    assert ["accepted-then-502" in lines[0], "502" in lines[0]] == [True, True]
    assert ["dropped" in lines[1], ">none<" in lines[1]] == [True, True]


def test_a_huge_answer_is_kept_in_part_only(sandbox: Any, api: Any, page: Page) -> None:
    sandbox.fault("huge", megabytes=3)
    api.get("/v3/account")
    shown = page.html(panel="requests", request=1)
    assert len(shown) < 200_000
    assert "the first 64,000 are kept" in shown


def test_the_log_is_emptied_by_the_page_and_by_the_control_api(sandbox: Any, api: Any, page: Page) -> None:
    clears: list[Callable[[], Any]] = [
        lambda: page.post("requests/clear"),
        lambda: sandbox.control("DELETE", "requests"),
        sandbox.reset,
    ]
    for clear in clears:
        api.get("/v3/account")
        assert "No request has come yet" not in page.text()
        clear()
        assert "No request has come yet" in page.text()
        assert sandbox.request_counts() == {}


def test_a_fault_is_put_in_the_way_and_taken_away(sandbox: Any, api: Any, page: Page) -> None:
    page.post("fault", fault="502", path="/v3/sms/send", after="yes", times="2", skip="1")
    page.post("fault", fault="hang", path="*", times="1", skip="0", every="yes")
    first, second = sandbox.control("GET", "faults")["faults"]
    assert (first["fault"], first["path"], first["times"], first["skip"]) == ("accepted-then-502", "/v3/sms/send", 2, 1)
    assert (second["fault"], second["times"]) == ("hang", None)
    assert "sending texts, 2 times, after 1 more" in page.text(panel="faults")
    page.post("faults/clear", place="0")
    assert [fault["fault"] for fault in sandbox.control("GET", "faults")["faults"]] == ["hang"]
    page.post("faults/clear")
    assert sandbox.control("GET", "faults")["faults"] == []


def test_a_fault_that_cannot_be_is_explained(sandbox: Any, page: Page) -> None:
    assert "times: Input should be" in page.post("fault", fault="502", times="often")
    assert "no such fault" in page.post("fault", fault="earthquake", times="1")
    assert sandbox.control("GET", "faults")["faults"] == []


def test_the_next_messages_can_be_refused_or_fail(sandbox: Any, api: Any, page: Page, eventually: Any) -> None:
    page.post("refusal", to=PHONE, status="THROTTLED")
    assert api.send({"to": PHONE, "body": "Hello"})["messages"][0]["status"] == "THROTTLED"
    page.post("outcome", outcome="failed")
    message_id = api.send_one()
    eventually(lambda: api.get(f"/v3/sms/receipts/{message_id}").status_code == 200)
    assert "Failed 301" in page.bubbles()[1]


def test_a_refusal_needs_a_number(page: Page) -> None:
    assert "A refusal needs a number" in page.post("refusal", to="0412", status="THROTTLED")
    assert "to: Field required" in page.post("refusal", to=" ", status="THROTTLED")


def test_what_becomes_of_one_message_is_decided_on_its_bubble(
    sandbox: Any, api: Any, page: Page, eventually: Any
) -> None:
    sandbox.decide("never")
    message_id = api.send_one()
    page.post("outcome", message_id=message_id, outcome="failed")
    eventually(lambda: "Failed 301" in page.bubbles()[0])


def test_every_world_can_be_switched_on_the_page_and_back(sandbox: Any, page: Page) -> None:
    shown = page.html(panel="worlds")
    for name in World.model_fields:
        assert f'name="name" value="{name}"' in shown
    page.post("world", name="history_echo", value="null")
    page.post("world", name="history_refused", value="true")
    page.post("world", name="unknown_connection", value="404")
    page.post("world", name="clock_offset", value="400")
    page.post("world", name="id_errors", value="ABC=500, *=403")
    world = sandbox.world()
    assert (world["history_echo"], world["history_refused"], world["unknown_connection"]) == ("null", True, 404)
    assert (world["clock_offset"], world["id_errors"]) == (400, {"ABC": 500, "*": 403})
    assert "5 of" in page.text(panel="worlds")
    page.post("world", name="history_refused")
    assert sandbox.world()["history_refused"] is False
    page.post("world")
    assert sandbox.world() == World().model_dump()


@pytest.mark.parametrize(
    ("switch", "problem"),
    [
        ("world/history_echo=loud", "history_echo: Input should be"),
        ("world/gravity=9.81", "There is no gravity."),
        ("world/id_errors=ABC", "Write a message id"),
        ("settings/history_lag=soon", "history_lag: Input should be"),
        ("settings/history_lag=-1", "history_lag: Input should be"),
        ("settings/api_key=mine", "There is no api_key."),
        ("settings/balance=much", "The balance must be an amount"),
        ("settings/balance=-1", "The balance must be an amount"),
    ],
)
def test_a_switch_that_cannot_be_is_explained_and_changes_nothing(
    sandbox: Any, page: Page, switch: str, problem: str
) -> None:
    before = sandbox.settings()
    form, name, value = re.split("[/=]", switch)
    assert problem in page.post(form, name=name, value=value)
    assert sandbox.settings() == before


def test_settings_and_the_balance_are_changed_on_the_page(sandbox: Any, page: Page) -> None:
    for name, value in {
        "history_lag": "0.5",
        "disabled_countries": "+91, +44",
        "profile": "sdk",
        "voice_enabled": "",
        "balance": "$12.50",
    }.items():
        page.post("settings", name=name, value=value)
    settings = sandbox.settings()
    assert (settings["history_lag"], settings["disabled_countries"]) == (0.5, ["+91", "+44"])
    assert (settings["profile"], settings["voice_enabled"], settings["balance"]) == ("sdk", False, "12.5000")
    shown = page.html(panel="settings")
    for name in set(Settings.model_fields) - {"world", "api_key"}:
        assert f'name="name" value="{name}"' in shown


def test_every_fault_has_words_on_the_page() -> None:
    assert list(FAULTS) == list(FaultName.__args__)


def test_a_page_that_has_seen_it_all_gets_nothing_new(sandbox: Any, api: Any) -> None:
    def look(seen: str) -> requests.Response:
        return requests.get(sandbox.url, params={"seen": seen}, headers={"HX-Request": "true"}, timeout=5)

    api.send_one()
    time.sleep(0.3)
    seen = re.findall(r'name="seen" value="(\w+)"', look("").text)[0]
    assert (look(seen).status_code, look(seen).content) == (204, b"")
    sandbox.reply(PHONE, "YES")
    assert look(seen).status_code == 200


@pytest.mark.parametrize("panel", ["requests", "faults", "worlds", "settings"])
def test_nothing_on_the_page_comes_from_elsewhere(sandbox: Any, api: Any, page: Page, panel: str) -> None:
    api.send_one()
    html = page.html(phone=PHONE, panel=panel)
    loaded = re.findall(r'(?:src|<link[^>]*href|action|hx-get)="([^"]*)"', html)
    assert loaded
    for address in loaded:
        assert address.startswith("/")
        if "/static/" in address:
            assert requests.get(sandbox.url + address, timeout=5).status_code == 200
    policy = requests.get(sandbox.url, timeout=5).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_library_comes_with_its_licence(sandbox: Any) -> None:
    for name in ("htmx", "idiomorph"):
        answer = requests.get(f"{sandbox.url}/sandbox/page/static/vendor/LICENSE-{name}.txt", timeout=5)
        assert "Zero-Clause BSD" in answer.text


@pytest.mark.parametrize("path", ["../page.py", "%2e%2e/page.py", "nothing.js", "vendor"])
def test_only_the_pages_own_files_are_served(sandbox: Any, path: str) -> None:
    request = requests.Request("GET", f"{sandbox.url}/sandbox/page/static/x").prepare()
    request.url = f"{sandbox.url}/sandbox/page/static/{path}"
    with requests.Session() as session:
        assert session.send(request, timeout=5).status_code == 404


def test_another_sites_page_cannot_give_orders(sandbox: Any, api: Any) -> None:
    api.send_one()
    for site in ("cross-site", "same-site"):
        for path in ("/sandbox/reset", "/sandbox/page/reset"):
            answer = requests.post(sandbox.url + path, headers={"Sec-Fetch-Site": site}, timeout=5)
            assert answer.status_code == 403
    assert len(sandbox.messages()) == 1


def test_the_page_is_quick_with_five_thousand_texts(sandbox: Any, api: Any, page: Page) -> None:
    for batch in range(5):
        api.send(*({"to": f"+1555{2000000 + batch * 1000 + n}", "body": "Hello"} for n in range(1000)))
    page.html()
    started = time.monotonic()
    page.html()
    assert time.monotonic() - started < 10

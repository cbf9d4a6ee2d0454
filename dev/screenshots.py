"""Takes the screenshots of the documentation from a real Airflow, the sandbox and a browser: `make screenshots`.

Everything on them has happened: DAGs of `example_dags/` ran, and the phones were used as a person uses them.
"""

from __future__ import annotations

import contextlib
import struct
import sys
import time
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from airflow_provider_clicksend.api import ClickSendClient
from dev.airflow_standalone import AirflowStandalone
from dev.sandbox_process import SandboxProcess
from dev.stopping import stop_when_told
from dev.supervisor import Supervisor
from tests.support.browser import chromium

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "assets" / "pictures"
PHONE, COLLEAGUES = "+15551234567", ("+447700900123", "+61411000001")
PAGE, SMALL = (1280, 800), (360, 740)
RUN_SECONDS = 120


class Studio:
    """A browser in front of the running services; each `take_...` leaves one picture."""

    def __init__(self, browser: Any, airflow: AirflowStandalone, sandbox: SandboxProcess) -> None:
        self.browser, self.airflow, self.sandbox = browser, airflow, sandbox

    def take_all(self) -> None:
        """Take all pictures, in the order in which the messages shall appear in the thread."""
        self.airflow.wait(lambda: self.airflow.api.dag_exists("ask_before_load"), "Airflow to read the DAGs", 120)
        self.take_connection_form()
        self.take_alert()
        self.take_picture_message()
        self.take_question()
        self.take_call()

    def take_alert(self) -> None:
        """Take a failed DAG on a locked phone."""
        self._run("alert_on_failure", "failed")
        with self._tab(f"/?phone=%2B{PHONE[1:]}&look=lock", PAGE) as page:
            page.get_by_label("Notifications").get_by_text("FAILED").first.wait_for()
            self._save(page.locator(".device"), "alert")

    def take_picture_message(self) -> None:
        """Take a chart that was sent as a picture message."""
        chart = self.sandbox_client.mms.upload(self._chart())
        message = {"to": PHONE, "body": "Rows loaded in the last 14 nights.", "subject": "Nightly load"}
        self.sandbox_client.mms.send([message], media_file=chart)
        with self._tab(f"/?phone=%2B{PHONE[1:]}", PAGE) as page:
            page.locator("article.mms").get_by_text("Delivered").wait_for()
            self._save(page.locator(".device"), "picture")

    def take_question(self) -> None:
        """Take a question and its answer, in the whole page and on a small screen."""
        for number, body in zip(
            COLLEAGUES, ("Stock report: 1,204 rows", "Your shift starts at 18:00 UTC"), strict=True
        ):
            self.sandbox_client.sms.send([{"to": number, "body": body}])
        run_id = self.airflow.api.trigger("ask_before_load")
        with self._tab(f"/?phone=%2B{PHONE[1:]}", PAGE) as page:
            question = page.get_by_role("article").filter(has_text="Load 1.2M rows")
            question.get_by_text("Delivered").wait_for(timeout=60_000)
            page.get_by_role("button", name="YES").click()
            self._wait_for("ask_before_load", run_id, "success")
            page.get_by_role("article").get_by_text("YES", exact=True).last.wait_for()
            page.mouse.move(0, 0)
            self._save(page, "page")
        with self._tab(f"/?phone=%2B{PHONE[1:]}", SMALL) as page:
            self._save(page, "small")
        self.take_messages_tab("ask_before_load", run_id)

    def take_messages_tab(self, dag_id: str, run_id: str) -> None:
        """Take the tab "Messages" of a run in the Airflow UI."""
        with self._tab(f"{self.airflow.url}/dags/{dag_id}/runs/{quote(run_id, safe='')}", PAGE) as page:
            page.get_by_role("link", name="Messages", exact=True).click()
            page.frame_locator("iframe").get_by_role("table").wait_for(timeout=30_000)
            page.mouse.move(0, 0)
            self._save(page, "tab")

    def take_call(self) -> None:
        """Take a call that waits for a key, and the run that goes on with it."""
        self.sandbox.settings(calls_by_hand=True)
        run_id = self.airflow.api.trigger("call_people")
        with self._tab(f"/?phone=%2B{PHONE[1:]}", PAGE) as page:
            page.get_by_text("Incoming call").wait_for(timeout=60_000)
            page.mouse.move(0, 0)
            self._save(page.locator(".device"), "call")
            page.get_by_role("button", name="Key 1", exact=True).click()
            self._wait_for("call_people", run_id, "success")

    def take_connection_form(self) -> None:
        """Take the form of a ClickSend connection in the Airflow UI."""
        with self._tab(f"{self.airflow.url}/connections", (1280, 1500)) as page:
            page.get_by_role("button", name="Add Connection").click()
            page.get_by_label("Connection ID").fill("clicksend_default")
            page.get_by_role("combobox").first.click()
            page.keyboard.type("clicksend")
            page.keyboard.press("Enter")
            page.get_by_text("Maton API key").first.wait_for()
            page.wait_for_timeout(800)
            self._save(page.get_by_role("dialog"), "connection")

    @property
    def sandbox_client(self) -> ClickSendClient:
        """A client of the sandbox, for what no example DAG sends."""
        return ClickSendClient(self.sandbox.api_key, base_url=self.sandbox.url)

    def _chart(self) -> Path:
        path = self.airflow.home / "chart.png"
        path.write_bytes(bar_chart([62, 64, 60, 71, 70, 74, 69, 77, 80, 78, 84, 31, 86, 90]))
        return path

    def _run(self, dag_id: str, state: str) -> None:
        self._wait_for(dag_id, self.airflow.api.trigger(dag_id), state)

    def _wait_for(self, dag_id: str, run_id: str, state: str) -> None:
        def is_over() -> bool:
            # On a busy machine the API server may take longer than one request waits.
            with contextlib.suppress(requests.Timeout):
                return self.airflow.api.run_state(dag_id, run_id) in ("success", "failed")
            return False

        self.airflow.wait(is_over, f"{dag_id} to end", RUN_SECONDS)
        seen = self.airflow.api.run_state(dag_id, run_id)
        if seen != state:
            raise RuntimeError(f"{dag_id} ended as {seen}, not as {state}: the pictures would not be true.")

    def _tab(self, address: str, size: tuple[int, int]) -> Tab:
        return Tab(self.browser, address if "://" in address else self.sandbox.url + address, size)

    def _save(self, what: Any, name: str) -> None:
        path = PICTURES / f"{name}.png"
        what.screenshot(path=path, animations="disabled")
        print(f"  {path.relative_to(ROOT)}", flush=True)


class Tab:
    """A tab of the browser for the length of a block."""

    def __init__(self, browser: Any, address: str, size: tuple[int, int]) -> None:
        width, height = size
        self._context = browser.new_context(
            viewport={"width": width, "height": height}, device_scale_factor=1.5, reduced_motion="reduce"
        )
        self._address = address
        # The sandbox's page asks for news all the time.
        self._is_airflow = urlsplit(address).path != "/"

    def __enter__(self) -> Any:
        """Open the page."""
        page = self._context.new_page()
        page.goto(self._address)
        page.wait_for_load_state("networkidle") if self._is_airflow else page.wait_for_timeout(400)
        return page

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._context.close()


def bar_chart(values: list[int], width: int = 360, height: int = 200) -> bytes:
    """Return a PNG with a bar for each value of 0 to 100; the lowest is red."""
    slot = width // len(values)
    rows = []
    for y in range(height):
        row = bytearray(b"\xf7\xf8\xfc" * width)
        for place, value in enumerate(values):
            if height - y <= value * (height - 20) // 100:
                colour = b"\xd0\x3a\x38" if value == min(values) else b"\x4f\x46\xe5"
                row[3 * (place * slot + 4) : 3 * ((place + 1) * slot - 4)] = colour * (slot - 8)
        rows.append(b"\0" + bytes(row))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def main() -> int:
    """Take the pictures and return the exit code."""
    from playwright.sync_api import sync_playwright

    path = chromium()
    if path is None:
        print("No Chromium on this machine: the pictures stay as they are.", file=sys.stderr)
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    stop_when_told()
    began = time.monotonic()
    with Supervisor() as supervisor, sync_playwright() as playwright:
        sandbox = SandboxProcess(supervisor, deliver_after=1)
        sandbox.start()
        dags = ROOT / "example_dags"
        airflow = AirflowStandalone(supervisor, dags, env={"AIRFLOW_CONN_CLICKSEND_DEFAULT": sandbox.connection})
        airflow.start()
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        Studio(browser, airflow, sandbox).take_all()
        browser.close()
    print(f"  done in {time.monotonic() - began:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A headless Chromium that does what a person does: opens a page, clicks, types, reads. Spoken to over DevTools."""

from __future__ import annotations

import base64
import json
import shutil
import time
from itertools import count
from pathlib import Path
from typing import Any, Self

import requests
from websockets.sync.client import connect

from dev.supervisor import Supervisor

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--window-size=1400,1400",
    "--remote-debugging-port=0",
    "about:blank",
)

#: Finds the visible elements that a selector and a text name; the last one lies on top of dialogs below.
_FIND = """
(selector, text) => [...document.querySelectorAll(selector)].filter(
  e => e.getClientRects().length && (!text || (e.innerText || e.value || e.ariaLabel || '').trim() === text)).pop()
"""


def chromium() -> str | None:
    """Return the browser of this machine, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """One tab, a context manager. Whatever is not there yet is waited for, at most `timeout` seconds."""

    def __init__(self, supervisor: Supervisor, program: str, timeout: float = 30) -> None:
        self._supervisor = supervisor
        self._program = program
        self._timeout = timeout
        self._ids = count(1)

    def __enter__(self) -> Self:
        """Start the browser."""
        supervisor, program = self._supervisor, self._program
        profile = supervisor.home / "chromium"
        supervisor.start(
            "chromium",
            [program, f"--user-data-dir={profile}", *OPTIONS],
            {"HOME": str(supervisor.home), "PATH": "/usr/bin:/bin"},
        )
        port_file = profile / "DevToolsActivePort"
        self._until(port_file.exists, "the browser")
        port = self._until(lambda: port_file.read_text().splitlines()[0], "the browser's port")
        tabs = requests.get(f"http://127.0.0.1:{port}/json", timeout=10).json()
        tab = next(found for found in tabs if found["type"] == "page")
        self._connection = connect(tab["webSocketDebuggerUrl"], max_size=None, proxy=None)
        self._socket = self._connection.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the browser; its supervisor ends it."""
        self._connection.__exit__(None, None, None)

    def open(self, url: str) -> None:
        """Open a page."""
        self._call("Page.navigate", url=url)

    def click(self, selector: str, text: str = "") -> None:
        """Click what is there with this text (also its accessible name)."""
        self._find(selector, text, "e.scrollIntoView({block: 'center'}); e.click()")

    def fill(self, selector: str, value: str) -> None:
        """Type into a field, in place of what it holds."""
        self._find(selector, "", "e.scrollIntoView({block: 'center'}); e.focus(); e.select && e.select()")
        self._call("Input.insertText", text=value)

    def press(self, key: str) -> None:
        """Press a key, for example ``Enter``."""
        code = {"Enter": 13, "Tab": 9}[key]
        text = {"text": "\r"} if key == "Enter" else {}
        self._call("Input.dispatchKeyEvent", type="keyDown", key=key, windowsVirtualKeyCode=code, **text)
        self._call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    def read(self, script: str) -> Any:
        """Return what a JavaScript expression gives."""
        answer = self._call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def text(self) -> str:
        """Return all that the page shows."""
        return str(self.read("document.body.innerText"))

    def wait_for(self, script: str, what: str) -> Any:
        """Wait until an expression is true, and return it."""
        return self._until(lambda: self.read(script), what)

    def wait_for_text(self, text: str) -> None:
        """Wait until the page shows this."""
        self.wait_for(f"document.body.innerText.includes({json.dumps(text)})", repr(text))

    def picture(self, file: Path) -> None:
        """Write what is seen to a PNG file."""
        file.write_bytes(base64.b64decode(self._call("Page.captureScreenshot", format="png")["data"]))

    def _find(self, selector: str, text: str, do: str) -> None:
        arguments = f"{json.dumps(selector)}, {json.dumps(text)}"
        script = f"(() => {{ const e = ({_FIND})({arguments}); if (e) {{ {do}; return true }} return false }})()"
        self.wait_for(script, f"{selector} {text}".strip())

    def _until(self, ready: Any, what: str) -> Any:
        deadline = time.monotonic() + self._timeout
        while not (found := ready()):
            if time.monotonic() > deadline:
                shown = self.text() if hasattr(self, "_socket") else ""
                raise TimeoutError(f"Waited {self._timeout:g} s for {what} in vain. The page shows:\n{shown}")
            time.sleep(0.1)
        return found

    def _call(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv(timeout=self._timeout))
            if message.get("id") == number:
                assert "error" not in message, message
                result: dict[str, Any] = message["result"]
                return result

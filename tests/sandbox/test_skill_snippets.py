"""Every runnable snippet of the skill document, against the sandbox, with only the host replaced."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest

PHONE = "+15551234567"
HOSTS = re.compile(r"https://(gateway|ctrl)\.maton\.ai")


class Snippet(NamedTuple):
    heading: str
    language: str
    text: str


def read_snippets() -> list[Snippet]:
    text = Path(__file__).with_name("skill_snippets.md").read_text()
    return [Snippet(*found) for found in re.findall(r"### ([^\n]+)\n\n```(\w+)\n(.*?)\n```", text, re.DOTALL)]


SNIPPETS = read_snippets()
PROGRAMS = [snippet for snippet in SNIPPETS if snippet.language != "http"]
CALLS = [snippet for snippet in SNIPPETS if snippet.language == "http"]


def headings(snippets: list[Snippet]) -> list[str]:
    return [snippet.heading for snippet in snippets]


def run(snippet: Snippet, url: str, environment: dict[str, str]) -> str:
    """Run a program of the document as its reader would, and return what it prints."""
    text = HOSTS.sub(url, snippet.text)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    commands = {
        "bash": ["bash", "-e", "-c", text],
        "python": [sys.executable, "-c", text],
        "javascript": ["node", "--input-type=module", "-e", text],
    }
    ended = subprocess.run(
        commands[snippet.language],
        env={"PATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.parametrize("snippet", PROGRAMS, ids=headings(PROGRAMS))
def test_a_program_of_the_document_runs(sandbox: Any, api: Any, snippet: Snippet) -> None:
    if snippet.language == "javascript" and shutil.which("node") is None:
        pytest.skip("needs node on the PATH: the snippet is JavaScript")
    connection_id = api.get("/connections").json()["connections"][0]["connection_id"]
    filled = snippet._replace(text=snippet.text.replace("{connection_id}", connection_id))
    printed = run(filled, sandbox.url, {"MATON_API_KEY": sandbox.api_key})
    assert sandbox.request_counts()
    if snippet.language == "bash":
        assert json.loads(printed)
    else:
        assert "SUCCESS" in printed
        assert [message["body"] for message in sandbox.messages()] == ["Hello from ClickSend!"]


@pytest.fixture
def names(api: Any) -> dict[str, Any]:
    """What stands for the placeholders in the document's paths."""
    return {
        "template_id": 632497,
        "list_id": 3555278,
        "from_list_id": 3555278,
        "to_list_id": 3555277,
        "contact_id": 1581565666,
        "email_address_id": api.post("/v3/email/addresses", {"email_address": "a@example.com"}).json()["data"][
            "email_address_id"
        ],
    }


@pytest.mark.parametrize("snippet", CALLS, ids=headings(CALLS))
def test_a_call_of_the_document_is_answered_with_a_200(api: Any, names: dict[str, Any], snippet: Snippet) -> None:
    first, _, rest = snippet.text.partition("\n")
    method, path = first.split()
    channel = "voice" if "/voice/" in path else "sms"
    names["message_id"] = api.send_one(channel=channel, schedule=int(time.time()) + 3600)
    # The document leaves the messages of some quotes to the reader.
    text = rest.partition("\n\n")[2] or ('{"messages": [...]}' if method == "POST" else "null")
    body = json.loads(text.replace("[...]", json.dumps([{"to": PHONE, "body": "Hello"}])))
    answer = api.call(method, path.removeprefix("/clicksend").format(**names), json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["response_code"] == "SUCCESS"


def test_the_documents_mms_is_refused_because_its_media_is_in_the_wrong_place(api: Any) -> None:
    (snippet,) = (snippet for snippet in CALLS if snippet.heading == "Send MMS")
    data = api.post("/v3/mms/send", json.loads(snippet.text.partition("\n\n")[2])).json()["data"]
    assert [message["status"] for message in data["messages"]] == ["INVALID_MEDIA_FILE"]


def test_the_document_has_42_operations_and_all_are_here() -> None:
    calls = {re.sub(r"\?.*", "", snippet.text.partition("\n")[0]) for snippet in CALLS}
    programs = {snippet.heading for snippet in PROGRAMS if snippet.heading.endswith(("Connection", "Connections"))}
    assert len(calls) + len(programs - {"Specifying Connection"}) == 42

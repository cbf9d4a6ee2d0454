"""Every example DAG runs from beginning to end, on the Airflow that runs the tests, against the sandbox."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from airflow_provider_clicksend.sandbox.testing import Sandbox
from airflow_provider_clicksend.version_compat import AIRFLOW_V_3_1_PLUS, AIRFLOW_V_3_3_PLUS
from tests.running import EXAMPLE_DAGS, run_dag

pytestmark = [
    pytest.mark.usefixtures("airflow_database"),
    # All of Airflow runs in this process, and warns about itself.
    pytest.mark.filterwarnings("ignore", "error:::airflow_provider_clicksend"),
]

Answer = Callable[[str], None]


@pytest.fixture
def everybody_answers(sandbox: Sandbox) -> Iterator[Answer]:
    """Phones that answer each text with the words given."""
    hung_up = threading.Event()
    phones: list[threading.Thread] = []

    def answer(words: str) -> None:
        last = 0
        while not hung_up.wait(0.2):
            for message in sandbox.messages(after=last):
                last = message["id"]
                sandbox.reply(message["to"], words)

    def start(words: str) -> None:
        phones.append(threading.Thread(target=answer, args=(words,)))
        phones[-1].start()

    yield start
    hung_up.set()
    for phone in phones:
        phone.join()


def test_send_sms_texts_everybody_in_their_own_words(sandbox: Sandbox) -> None:
    assert run_dag("send_sms") == {"remind": "success"}
    sent = {message["to"]: message["body"] for message in sandbox.messages()}
    assert sent == {
        "+15551234567": "Ada, you are on call from 18:00 UTC.",
        "+15551234568": "Grace, you are on call from 06:00 UTC.",
    }


def test_wait_for_delivery_goes_on_once_the_handset_has_it(sandbox: Sandbox) -> None:
    assert run_dag("wait_for_delivery") == {"tell": "success", "delivered": "success", "note": "success"}


def test_wait_for_delivery_fails_when_the_handset_cannot_be_reached(sandbox: Sandbox) -> None:
    sandbox.decide("failed")
    assert run_dag("wait_for_delivery") == {"tell": "success", "delivered": "failed", "note": "upstream_failed"}


@pytest.mark.parametrize(("words", "load", "leave"), [("YES", "success", "skipped"), ("no!", "skipped", "success")])
def test_ask_before_load_follows_the_answer(
    sandbox: Sandbox, everybody_answers: Answer, words: str, load: str, leave: str
) -> None:
    everybody_answers(words)
    states = run_dag("ask_before_load", conf={"to": "+61400000001"})
    waited = {"ask": "success", "delivered": "success", "answer": "success", "decide": "success"}
    assert states == waited | {"load": load, "leave": leave}
    assert [message["to"] for message in sandbox.messages()] == ["+61400000001"]


def test_say_it_in_python_texts_what_functions_return(sandbox: Sandbox) -> None:
    states = run_dag("say_it_in_python")
    assert states == {"count": "success", "tell": "success", "sum_up": "success"}
    assert {message["to"]: message["body"] for message in sandbox.messages()} == {
        "+15551234567": "Ada, 12 rows wait for you.",
        "+15551234568": "Grace, 7 rows wait for you.",
        "+15551234569": "19 rows wait.",
    }


@pytest.mark.skipif(not AIRFLOW_V_3_3_PLUS, reason="needs Airflow 3.3, and says so")
def test_text_a_dag_answers_each_text(sandbox: Sandbox) -> None:
    topics = {"+15551234567": "sales", "+15551234568": "nothing"}
    texts = [{"from": number, "groups": {"topic": topic}} for number, topic in topics.items()]
    assert run_dag("text_a_dag", conf={"texts": texts}) == {"answer": "success"}
    assert {message["to"]: message["body"] for message in sandbox.messages()} == {
        "+15551234567": "sales: 1,204,331 rows, loaded at 06:00 UTC.",
        "+15551234568": "nothing: nothing is known.",
    }


@pytest.mark.skipif(not AIRFLOW_V_3_3_PLUS, reason="needs Airflow 3.3, and says so")
def test_text_a_dag_does_nothing_without_a_text(sandbox: Sandbox) -> None:
    assert run_dag("text_a_dag") == {"answer": "skipped"}
    assert sandbox.messages() == []


@pytest.mark.parametrize(("words", "load", "leave"), [("ja", "success", "skipped"), ("Nein!", "skipped", "success")])
def test_ask_people_follows_the_first_answer(
    sandbox: Sandbox, everybody_answers: Answer, words: str, load: str, leave: str
) -> None:
    everybody_answers(words)
    assert run_dag("ask_people", conf={"to": ["+15551230001"]}) == {"ask": "success", "load": load, "leave": leave}
    assert [message["to"] for message in sandbox.messages()] == ["+15551230001"]


def test_wake_somebody_ends_with_the_first_answer(sandbox: Sandbox, everybody_answers: Answer) -> None:
    everybody_answers("ok, I am up")
    assert run_dag("wake_somebody") == {"load": "failed", "wake": "success"}
    assert [message["body"] for message in sandbox.messages()] == ["wake_somebody has failed. Reply OK."]


@pytest.mark.skipif(not AIRFLOW_V_3_1_PLUS, reason="the page of required actions came with Airflow 3.1")
def test_approve_or_reject_follows_the_phone(sandbox: Sandbox, everybody_answers: Answer) -> None:
    everybody_answers("no")
    assert run_dag("approve_or_reject") == {"review": "success", "load": "skipped"}


def test_no_example_is_left_out() -> None:
    tests = "".join(path.read_text() for path in Path(__file__).parent.rglob("test_*.py"))
    assert [path.stem for path in EXAMPLE_DAGS.glob("*.py") if f'"{path.stem}"' not in tests] == []

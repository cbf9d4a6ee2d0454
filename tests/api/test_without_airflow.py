"""`airflow_provider_clicksend.api` is for any Python program."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
class NoAirflow:
    def find_spec(self, name, *rest):
        if name == "airflow" or name.startswith("airflow."):
            raise AssertionError(f"{name} was imported")
sys.meta_path.insert(0, NoAirflow())
from airflow_provider_clicksend.api import ClickSendClient
from airflow_provider_clicksend.exceptions import ClickSendTransportError
with ClickSendClient("k", base_url="http://127.0.0.1:9", timeout=0.1) as client:
    client.lists.list
    try:
        client._once("GET", "http://127.0.0.1:9/", "/", params=None, data=None)
    except ClickSendTransportError:
        print("used")
"""


def run(program: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60
    ).stdout


def test_importing_and_using_the_client_imports_no_airflow() -> None:
    assert run(PROGRAM) == "used\n"


def test_importing_the_errors_costs_neither_an_http_library_nor_models() -> None:
    light = (
        "import sys; import airflow_provider_clicksend.exceptions; print({'requests', 'pydantic'} & set(sys.modules))"
    )
    assert run(light) == "set()\n"

"""Whatever JSON comes, the sandbox answers and does not fail: a 500 of its own would be mistaken for a fault."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NUMBERS = st.sampled_from(["+15551234567", "+61411111111", "+447777777777", "0412", "+1", ""])
NUMBERS_OF_JSON = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS_OF_JSON | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
FIELDS = [
    "body",
    "from",
    "schedule",
    "custom_string",
    "list_id",
    "subject",
    "voice",
    "lang",
    "require_input",
    "from_email",
]
MESSAGES = st.lists(
    st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=5).flatmap(
        lambda fields: (NUMBERS | VALUES).map(lambda to: {**fields, "to": to})
    ),
    max_size=4,
)
STEADY = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@STEADY
@given(channel=st.sampled_from(["sms", "mms", "voice"]), messages=MESSAGES | VALUES, media=VALUES)
def test_any_send_is_answered(api: Any, channel: str, messages: Any, media: Any) -> None:
    for operation in ("send", "price"):
        answer = api.post(f"/v3/{channel}/{operation}", {"messages": messages, "media_file": media})
        assert answer.status_code in {200, 400}, answer.text
    assert api.get(f"/v3/{channel}/history", limit=100).status_code == 200
    assert api.sandbox.messages() is not None


@STEADY
@given(
    path=st.sampled_from(["sms/templates", "lists", "lists/3555278/contacts", "email/addresses", "sms/receipts-read"]),
    body=st.dictionaries(
        st.sampled_from(["template_name", "body", "list_name", "phone_number", "email_address", "date_before"]), VALUES
    )
    | VALUES,
)
def test_any_other_body_is_answered(api: Any, path: str, body: Any) -> None:
    answer = api.call("PUT" if path.endswith("read") else "POST", f"/v3/{path}", json=body)
    assert answer.status_code in {200, 400}, answer.text


@STEADY
@given(
    params=st.dictionaries(
        st.sampled_from(["page", "limit", "q", "order_by", "date_from", "date_to", "operator"]), st.text(max_size=12)
    )
)
def test_any_query_is_answered(api: Any, params: dict[str, str]) -> None:
    assert api.get("/v3/sms/history", **params).status_code in {200, 400}

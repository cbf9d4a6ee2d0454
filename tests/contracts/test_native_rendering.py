"""In a DAG that renders natively, what must be text stays text, on every class that is and will be."""

from datetime import UTC, datetime

import pytest
from airflow.providers.common.compat.sdk import DAG

from airflow_provider_clicksend.operators.sms import ClickSendSmsOperator
from tests.contracts.classes import TASKS, sample

#: Values that Airflow evaluates: a number, a float, a quoted text, and what looks like a list.
TEXTS = ["+15551234567", "15.0", "'quoted'", "0x10", "[1, 2]"]
FIELDS = [pytest.param(cls, name, id=f"{cls.__name__}.{name}") for cls in TASKS for name in cls.template_fields]
#: The only fields whose template may give something else than text; a new one is added here on purpose.
NOT_ONLY_TEXT = {"to", "message_ids", "from_numbers", "arguments", "fields", "groups"}


def rendered(cls, name, value, context=None):
    with DAG("native", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), render_template_as_native_obj=True):
        task = cls(task_id="task", **sample(cls))
    setattr(task, f"_{name}" if name == "to" else name, value)
    task.render_template_fields(context or {})
    found = getattr(task, name)
    return getattr(found, "value", found)


def test_only_the_listed_fields_may_be_something_else_than_text():
    assert {name for cls in TASKS for name in cls.native_fields} == NOT_ONLY_TEXT


@pytest.mark.parametrize(("cls", "name"), FIELDS)
@pytest.mark.parametrize("text", TEXTS)
def test_a_templated_text_stays_text(cls, name, text):
    if name in cls.native_fields and text.startswith("["):
        pytest.skip("such a field may be a list")
    assert rendered(cls, name, text) == text
    assert rendered(cls, name, "{{ x }}", {"x": text}) == text
    assert rendered(cls, name, [text, {"body": text}]) == [text, {"body": text}]


@pytest.mark.parametrize("people", [["+15551234567"], [{"to": "+15551234567", "body": "42"}]])
def test_a_template_that_gives_a_list_of_recipients_still_gives_the_list(people):
    assert rendered(ClickSendSmsOperator, "to", "{{ people }}", {"people": people}) == people

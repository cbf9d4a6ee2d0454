"""What templates give is taken for what it is, on every class that is and will be; what must be text stays text."""

from datetime import UTC, datetime

import jinja2
import pytest
from airflow.providers.common.compat.sdk import DAG

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.operators._base import ClickSendBaseOperator
from airflow_provider_clicksend.operators._send_operator import SendOperator
from airflow_provider_clicksend.operators.sms import ClickSendSmsOperator
from airflow_provider_clicksend.version_compat import AIRFLOW_V_3_3_PLUS
from tests.contracts.classes import TASKS, parameters, sample

#: Values that Airflow evaluates: a number, a float, a quoted text, and what looks like a list.
TEXTS = ["+15551234567", "15.0", "'quoted'", "0x10", "[1, 2]"]
FIELDS = [pytest.param(cls, name, id=f"{cls.__name__}.{name}") for cls in TASKS for name in cls.template_fields]
#: The only fields whose template may give something else than text; a new one is added here on purpose.
NOT_ONLY_TEXT = {"to", "message_ids", "from_numbers", "arguments", "fields", "groups", "parameters"}


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


@pytest.mark.skipif(not AIRFLOW_V_3_3_PLUS, reason="Airflow 3.3 brought the argument for a single task")
@pytest.mark.parametrize(("cls", "name"), FIELDS)
def test_a_templated_text_stays_text_where_only_the_task_renders_natively(cls, name):
    with DAG("plain", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)):
        task = cls(task_id="task", render_template_as_native_obj=True, **sample(cls))
    setattr(task, f"_{name}" if name == "to" else name, "{{ x }}")
    task.render_template_fields({"x": "+15551234567"})
    found = getattr(task, name)
    assert getattr(found, "value", found) == "+15551234567"


@pytest.mark.parametrize(("cls", "name"), FIELDS)
def test_filters_and_undefined_names_of_the_dag_hold_for_text_too(cls, name):
    with DAG(
        "native",
        schedule=None,
        start_date=datetime(2026, 1, 1, tzinfo=UTC),
        render_template_as_native_obj=True,
        user_defined_filters={"dial": lambda digits: f"+{digits}"},
        user_defined_macros={"prefix": "1555"},
        template_undefined=jinja2.StrictUndefined,
        jinja_environment_kwargs={"variable_start_string": "<<", "variable_end_string": ">>"},
    ):
        task = cls(task_id="task", **sample(cls))
    setattr(task, f"_{name}" if name == "to" else name, "<< (prefix ~ '1234567') | dial >>")
    task.render_template_fields({})
    found = getattr(task, name)
    assert getattr(found, "value", found) == "+15551234567"
    setattr(task, f"_{name}" if name == "to" else name, "<< nowhere >>")
    with pytest.raises(jinja2.UndefinedError):
        task.render_template_fields({})


CHECKED = [
    pytest.param(cls, name, id=f"{cls.__name__}.{name}")
    for cls in TASKS
    if issubclass(cls, ClickSendBaseOperator) and not issubclass(cls, SendOperator)
    for name in cls.template_fields
    if name not in cls.native_fields | cls.object_fields
]


@pytest.mark.parametrize(("cls", "name"), CHECKED)
@pytest.mark.parametrize("value", [float("nan"), "None", ["x"], {"a": 1}, True, b"x"], ids=repr)
def test_what_an_upstream_task_can_give_in_place_of_an_id_or_a_text_is_an_error_that_names_it(cls, name, value):
    task = cls(task_id="task", **sample(cls))
    setattr(task, name, value)
    with pytest.raises(ClickSendConfigError, match=f"^{name} is ") as raised:
        task.check_rendered()
    assert raised.value.field == name


@pytest.mark.parametrize(("cls", "name"), CHECKED)
def test_none_is_refused_unless_it_may_be_left_out(cls, name):
    defaults = {found.name: found.default for found in parameters(cls)}
    task = cls(task_id="task", **sample(cls))
    setattr(task, name, None)
    if name in cls.optional_fields:
        task.check_rendered()
    else:
        assert defaults[name] is not None
        with pytest.raises(ClickSendConfigError, match=f"^{name} is empty; did the upstream task"):
            task.check_rendered()


FLAGS = [
    pytest.param(cls, found.name, id=f"{cls.__name__}.{found.name}")
    for cls in TASKS
    for found in parameters(cls)
    if str(found.annotation) == "bool"
]


@pytest.mark.parametrize(("cls", "name"), FLAGS)
def test_the_word_false_is_not_true_and_anything_else_is_refused_when_the_dag_is_parsed(cls, name):
    arguments = {name_: value for name_, value in sample(cls).items() if name_ != name}
    call = {"call": "lists.list"} if name == "all_pages" else {}
    attribute = {"dry_run": "dry_run_only"}.get(name, name)
    for word, right in (("False", False), ("true", True), (0, False), (1, True)):
        assert getattr(cls(task_id="task", **{**arguments, **call, name: word}), attribute) is right
    for wrong in ("{{ params.x }}", None, "yes", 2, []):
        with pytest.raises(ClickSendConfigError, match=rf"^{name} is an? \w+; write True or False"):
            cls(task_id="task", **{**arguments, **call, name: wrong})

"""What a template delivers as text becomes what a call wants, or an error that names it."""

import pytest

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.arguments import as_wanted


@pytest.mark.parametrize(
    ("value", "kind", "right"),
    [
        ("50", "int", 50),
        (" 50\n", "int", 50),
        (50, "int", 50),
        (None, "int", None),
        ("false", "bool", False),
        ("True", "bool", True),
        (True, "bool", True),
        ("50", "str", "50"),
        ("50", "int | str", "50"),
    ],
)
def test_text_becomes_what_is_wanted(value, kind, right):
    found = as_wanted("limit", value, kind)
    assert found == right
    assert type(found) is type(right)


@pytest.mark.parametrize(
    ("value", "kind"), [("fifty", "int"), (5.5, "int"), (True, "int"), ([5], "int"), ("", "int"), ("yes", "bool")]
)
def test_anything_else_is_an_error_that_names_the_argument_and_its_type(value, kind):
    with pytest.raises(ClickSendConfigError, match=f"limit is a {type(value).__name__}"):
        as_wanted("limit", value, kind)

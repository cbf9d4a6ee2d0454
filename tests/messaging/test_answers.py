"""What people write when they are asked, and which option that is."""

from __future__ import annotations

import pytest

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.messaging.answers import Options, spoken

YES_NO = Options(["YES", "NO"], {"YES": ["y", "ja", "да", "हाँ", "👍"], "NO": ["n", "nein", "нет", "नहीं"]})


@pytest.mark.parametrize(
    ("body", "option"),
    [
        ("YES", "YES"),
        ("yes!", "YES"),
        ("  Yes, go ahead please and tell me when it is done", "YES"),
        ("ok yes", "YES"),
        ("KT74 yes", "YES"),
        ("yes kt74", "YES"),
        ("\uff39\uff25\uff33", "YES"),
        ("Y\u200bES", "YES"),
        ("да", "YES"),
        ("ДА.", "YES"),
        ("हाँ", "YES"),
        ("👍🏽", "YES"),
        ("No.", "NO"),
        ("नहीं", "NO"),
        ("yesterday", None),
        ("know", None),
        ("yes and no", None),
        ("not yes", None),
        ("I cannot say yes before I have seen them", None),
        ("who is this?", None),
        ("", None),
    ],
)
def test_an_option_is_named_by_word(body: str, option: str | None) -> None:
    assert YES_NO.named(body, codes=["KT74"]) == option


def test_accents_and_dotless_letters_make_no_difference_where_people_leave_them_out() -> None:
    options = Options(["SÍ", "HAYIR", "ŁADUJ"])
    assert [options.named(body) for body in ("si", "hay\u0131r", "laduj")] == ["SÍ", "HAYIR", "ŁADUJ"]


def test_marks_that_a_script_needs_are_kept() -> None:
    assert spoken("हाँ जी") == ("हाँ", "जी")


def test_the_longest_phrase_wins() -> None:
    options = Options(["GO", "NO GO"])
    assert [options.named(body) for body in ("go", "no go", "No-go!")] == ["GO", "NO GO", "NO GO"]


def test_translations_may_stand_with_the_options() -> None:
    assert Options({"YES": ["oui"], "NO": ["non"]}).named("Oui!") == "YES"


@pytest.mark.parametrize(
    ("options", "translations", "said"),
    [
        ([], {}, "no option"),
        ("YES", {}, "give a list"),
        (["YES", "YES"], {}, "twice"),
        (["YES", "yes"], {}, "could mean"),
        (["YES", "?"], {}, "no letter"),
        (["GO", "STOP"], {}, "opt out"),
        (["YES"], {"NO": ["n"]}, "not one of the options"),
        (["YES", "NO"], {"YES": ["n"], "NO": ["n"]}, "could mean"),
    ],
)
def test_options_that_cannot_work_are_refused(options: object, translations: dict[str, list[str]], said: str) -> None:
    with pytest.raises(ClickSendConfigError, match=said):
        Options(options, translations)


def test_keys_of_a_telephone_are_counted_in_the_order_of_the_options() -> None:
    assert YES_NO.keys() == {"1": "YES", "2": "NO"}
    with pytest.raises(ClickSendConfigError, match="keys"):
        Options([f"option{n}" for n in range(10)]).keys()

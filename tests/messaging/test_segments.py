"""Parts are what ClickSend bills; the tables are those of its documents (160/153 GSM, 70/67 others)."""

import unicodedata

import pytest

from airflow_provider_clicksend.messaging.segments import ELLIPSIS, count_parts, cut_to_parts, is_gsm

GSM = [160, 306, 459, 612, 765, 918, 1071, 1224]
OTHER = [70, 134, 201, 268, 335, 402, 469, 536]
#: 3GPP TS 23.038, the default alphabet and its extension table.
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = "\f^{}\\[~]|€"


@pytest.mark.parametrize(("length", "parts"), [(length, parts) for parts, length in enumerate(GSM, start=1)])
def test_gsm_texts_take_160_in_one_part_and_153_in_each_of_more(length, parts):
    assert count_parts("a" * length) == parts
    assert count_parts("a" * (length + 1)) == parts + 1


@pytest.mark.parametrize(("length", "parts"), [(length, parts) for parts, length in enumerate(OTHER, start=1)])
def test_other_texts_take_70_in_one_part_and_67_in_each_of_more(length, parts):
    assert count_parts("я" * length) == parts
    assert count_parts("я" * (length + 1)) == parts + 1


def test_the_alphabet_is_the_one_of_the_standard():
    assert len(BASIC) == 127  # and the escape, which is no character
    assert all(is_gsm(char) for char in BASIC + EXTENSION)
    assert not any(is_gsm(char) for char in "`ç…\u2019“я中😀\u00a0")


@pytest.mark.parametrize("char", EXTENSION)
def test_a_character_of_the_extension_table_takes_two_places(char):
    assert count_parts("a" * 158 + char) == 1
    assert count_parts("a" * 159 + char) == 2


def test_an_escape_is_never_split_over_two_parts():
    # 152 places and an escaped character of two: it moves whole, and one place stays empty.
    assert count_parts("a" * 152 + "€" + "a" * 151) == 2
    assert count_parts("a" * 152 + "€" + "a" * 152) == 3


def test_one_other_character_makes_the_whole_text_unicode():
    assert count_parts("a" * 70 + "…") == 2


def test_a_character_beyond_the_first_plane_takes_two_places_and_is_not_split():
    assert count_parts("😀" * 35) == 1
    assert count_parts("😀" * 36) == 2
    assert count_parts("я" * 66 + "😀" + "я" * 65) == 2
    assert count_parts("я" * 66 + "😀" + "я" * 66) == 3


def test_no_text_needs_no_part():
    assert count_parts("") == 0


def test_a_text_that_fits_is_not_touched():
    assert cut_to_parts("a" * 160, 1) == "a" * 160


@pytest.mark.parametrize("char", ["a", "€", "я", "😀"])
@pytest.mark.parametrize("parts", [1, 2, 6])
def test_a_cut_text_fits_and_is_as_long_as_can_be(char, parts):
    cut = cut_to_parts(char * 2000, parts)
    assert cut.endswith(ELLIPSIS)
    assert count_parts(cut) == parts
    assert count_parts(char + cut) == parts + 1


def test_a_text_is_cut_at_a_word():
    words = "alpha beta gamma delta " * 20
    kept = cut_to_parts(words, 1).removesuffix(ELLIPSIS)
    assert words.startswith(f"{kept} ")
    assert 145 < len(kept) <= 157


def test_a_text_that_is_cut_right_after_a_word_keeps_it():
    text = "a" * 150 + " seven77"[:7] + " and more of it"
    assert cut_to_parts(text, 1) == text[:157] + ELLIPSIS


def test_one_long_word_is_cut_inside():
    assert cut_to_parts("a" * 161, 1) == "a" * 157 + ELLIPSIS


@pytest.mark.parametrize("letter", ["文", "กิ", "क्षि", "क्\u200dष"])
def test_a_sentence_without_spaces_is_cut_between_two_letters(letter):
    kept = cut_to_parts(f"Error: {letter * 100}", 1).removesuffix(ELLIPSIS)
    letters = kept.removeprefix("Error: ")
    assert len(letters) > 50
    assert letters == letter * (len(letters) // len(letter)) + letter[: len(letters) % len(letter)]
    following = f"Error: {letter * 100}"[len(kept)]
    assert unicodedata.category(following) == "Lo"
    assert not kept.endswith("\u200d")


def test_a_link_is_not_cut_inside():
    assert cut_to_parts(f"Look at https://example.com/{'a' * 160}", 1) == f"Look at{ELLIPSIS}"

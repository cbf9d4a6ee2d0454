"""The languages in which ClickSend reads a text aloud, with the voices that each has."""

from typing import NamedTuple


class Language(NamedTuple):
    """A language: `genders` in the API's words."""

    name: str
    genders: tuple[str, ...] = ("female", "male")


LANGUAGES = {
    "en-au": Language("English, Australian"),
    "en-gb": Language("English, British"),
    "en-in": Language("English, Indian"),
    "en-us": Language("English, US"),
    "cy-gb": Language("Welsh", ("female",)),
    "da-dk": Language("Danish"),
    "de-de": Language("German"),
    "es-es": Language("Spanish"),
    "es-us": Language("Spanish, US"),
    "fr-ca": Language("French, Canadian", ("female",)),
    "fr-fr": Language("French"),
    "is-is": Language("Icelandic"),
    "it-it": Language("Italian"),
    "ja-jp": Language("Japanese"),
    "nb-no": Language("Norwegian", ("female",)),
    "nl-nl": Language("Dutch"),
    "pl-pl": Language("Polish"),
    "pt-br": Language("Portuguese, Brazilian"),
    "pt-pt": Language("Portuguese"),
    "ro-ro": Language("Romanian", ("female",)),
    "ru-ru": Language("Russian"),
    "sv-se": Language("Swedish", ("female",)),
    "tr-tr": Language("Turkish", ("female",)),
}

"""The languages in which ClickSend reads a text aloud, with the voices that each has."""

from typing import NamedTuple


class Language(NamedTuple):
    """A language: `genders` in the API's words."""

    name: str
    genders: tuple[str, ...] = ("female", "male")


LANGUAGES = {
    "en-us": Language("English, US"),
    "en-au": Language("English, Australia"),
    "en-gb": Language("English, UK"),
    "en-in": Language("English, India", ("female",)),
    "en-gb-wls": Language("English, Wales"),
    "cy-gb-wls": Language("Celtic, Wales"),
    "de-de": Language("German, Germany"),
    "es-es": Language("Spanish, Spain"),
    "es-us": Language("Spanish, US"),
    "fr-ca": Language("French, Canada", ("female",)),
    "fr-fr": Language("French, France"),
    "is-is": Language("Icelandic, Iceland"),
    "it-it": Language("Italian, Italy"),
    "da-dk": Language("Danish, Denmark"),
    "nl-nl": Language("Dutch, Netherlands"),
    "nb-no": Language("Norwegian, Norway", ("female",)),
    "pl-pl": Language("Polish, Poland"),
    "pt-pt": Language("Portuguese, Portugal", ("male",)),
    "pt-br": Language("Portuguese, Brazil"),
    "ro-ro": Language("Romanian, Romania", ("female",)),
    "ru-ru": Language("Russian, Russia"),
    "sv-se": Language("Swedish, Sweden", ("female",)),
    "tr-tr": Language("Turkish, Turkey", ("female",)),
}

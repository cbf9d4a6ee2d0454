"""Which of the options of a question an answer names, in any case, script and translation."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.messaging.text_match import is_opt_out, plain

#: In an answer of so many words an option counts wherever it stands; in a longer one only as the first word.
SHORT = 4
#: Keys of a telephone that an option can have.
MAX_KEYS = 9
#: Before an option these make something else of it: "not yes".
_NEGATIONS = frozenset({"not", "don", "dont", "never", "cannot", "nicht", "kein", "pas", "nunca", "не"})
#: Letters that Unicode does not decompose and that handsets leave out.
_SAME = {"\N{LATIN SMALL LETTER DOTLESS I}": "i", "ł": "l", "ø": "o", "đ": "d"}

Phrase = tuple[str, ...]


def spoken(text: str) -> Phrase:
    """Return the words of a text as they are compared: normalised, in lower case, Latin and the like without accents.

    Words of scripts that need their marks keep them. An emoji is a word of its own.
    """
    said: list[str] = []
    word, has_case = "", False
    for char in unicodedata.normalize("NFKD", plain(text).casefold()):
        category = unicodedata.category(char)
        if category[0] in "LN":
            word += _SAME.get(char, char)
            has_case = char.upper() != char
        elif category[0] == "M":
            word += "" if has_case or category == "Me" or not word else char
        else:
            said += [word, char if category == "So" else ""]
            word = ""
    return tuple(part for part in [*said, word] if part)


class Options:
    """The answers that a question takes.

    :param options: their names, or a mapping of each name to its translations.
    :param translations: further words for an option: ``{"YES": ["y", "ja", "да"]}``.
    :raises ClickSendConfigError: there is none, one has no word, two could be meant by the same words, or one is a word
        with which people opt out.
    """

    def __init__(self, options: Any, translations: Mapping[str, Any] | None = None) -> None:
        words = _as_mapping(options)
        for name, more in (translations or {}).items():
            if name not in words:
                raise _wrong(f"translations name {name!r}, which is not one of the options {listed(words)}")
            words[name] = [*words[name], *_texts(more)]
        if not words:
            raise _wrong("there is no option to answer with")
        self.names: tuple[str, ...] = tuple(words)
        self.words: dict[str, list[str]] = words
        self._phrases: dict[Phrase, str] = {}
        for name, more in words.items():
            for text in (name, *more):
                self._add(name, text)
        self._longest = max(map(len, self._phrases))

    def _add(self, name: str, text: str) -> None:
        phrase = spoken(text)
        if not phrase:
            raise _wrong(f"{text!r} has no letter or digit")
        if is_opt_out(text):
            raise _wrong(f"{text!r} is a word with which people opt out of texts: choose another")
        other = self._phrases.setdefault(phrase, name)
        if other != name:
            raise _wrong(f"{text!r} could mean {other!r} or {name!r}")

    @property
    def listed(self) -> str:
        """The options as a sentence names them: ``YES or NO``."""
        return listed(self.names)

    def named(self, body: str, *, codes: Collection[str] = ()) -> str | None:
        """Return the one option that an answer names, or None.

        :param codes: codes of the question; they are not part of what is said.
        """
        unsaid = {word for code in codes for word in spoken(code)}
        said = tuple(word for word in spoken(body) if word not in unsaid)
        found = list(self._found(said))
        if len({name for _, name in found}) != 1:
            return None
        place, name = found[0]
        if place and (len(said) > SHORT or not _NEGATIONS.isdisjoint(said[:place])):
            return None
        return name

    def _found(self, said: Phrase) -> Iterator[tuple[int, str]]:
        """Yield the places of options; of several that begin at a place, the longest."""
        place = 0
        while place < len(said):
            lengths = range(min(self._longest, len(said) - place), 0, -1)
            length = next((n for n in lengths if said[place : place + n] in self._phrases), 0)
            if length:
                yield place, self._phrases[said[place : place + length]]
            place += length or 1

    def keys(self) -> dict[str, str]:
        """Return which key of a telephone stands for which option, in their order: ``{"1": "YES", "2": "NO"}``.

        :raises ClickSendConfigError: there are more options than keys.
        """
        if len(self.names) > MAX_KEYS:
            raise _wrong(f"{len(self.names)} options are more than the {MAX_KEYS} keys of a call")
        return {str(place): name for place, name in enumerate(self.names, 1)}


def listed(names: Iterable[str]) -> str:
    """Return names as a sentence has them: ``A, B or C``."""
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def _as_mapping(options: Any) -> dict[str, list[str]]:
    if isinstance(options, Mapping):
        return {str(name): _texts(more) for name, more in options.items()}
    if isinstance(options, str) or not isinstance(options, Sequence):
        raise _wrong("give a list such as ['YES', 'NO']")
    if len(set(options)) != len(options):
        raise _wrong("an option is given twice")
    return {str(name): [] for name in options}


def _texts(more: Any) -> list[str]:
    return [more] if isinstance(more, str) else [str(text) for text in more]


def _wrong(problem: str) -> ClickSendConfigError:
    return ClickSendConfigError(f"options: {problem}.", field="options")

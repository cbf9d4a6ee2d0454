"""Read the package's docstrings as mkdocstrings needs them: it knows Markdown and one field a line."""

from __future__ import annotations

import re
from typing import Any

from griffe import Class, Extension, Object

_ROLE = re.compile(r":(?:class|func|meth|mod):`(?:~[\w.]*\.|\.)?([\w.]+)`")
_NEXT_FIELD = re.compile(r"(?<=\S) +(?=:param \w+:)")


class Docstrings(Extension):
    """Show Sphinx roles as code, part fields that share a line, and call the fields of a model attributes."""

    def on_instance(self, *, obj: Object, **_: Any) -> None:
        """Rewrite the docstring of one object."""
        if obj.docstring is None:
            return
        text = _NEXT_FIELD.sub("\n", _ROLE.sub(r"`\1`", obj.docstring.value))
        if isinstance(obj, Class) and ".api.models." in obj.path:
            text = text.replace(":param ", ":ivar ")
        obj.docstring.value = text

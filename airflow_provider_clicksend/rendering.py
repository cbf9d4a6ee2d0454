"""Templated fields that must stay text in a DAG with ``render_template_as_native_obj=True``."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_clicksend.version_compat import BaseOperator

if TYPE_CHECKING:
    import jinja2

    _Base = BaseOperator
else:
    _Base = object

#: What Airflow asks before it evaluates what a template gave.
NOT_NATIVE: Any = SimpleNamespace(render_template_as_native_obj=False)


class TextRendering(_Base):
    """Render templates to text, even where Airflow would make a number of "+15551234567".

    A value that is not text itself (a list from a mapped task or an XCom) stays what it is.
    """

    #: Fields whose template may also give a list, a dict, a truth value or None in such a DAG. Numbers stay text.
    native_fields: ClassVar[frozenset[str]] = frozenset()

    def _do_render_template_fields(
        self,
        parent: Any,
        template_fields: Iterable[str],
        context: Any,
        jinja_env: jinja2.Environment,
        seen_oids: set[int],
    ) -> None:
        for name in template_fields:
            # A nested object (`parent` is not the task) keeps the rule of the field that it stands in.
            textual = parent is self and name not in self.native_fields
            env = self._text_env(jinja_env) if textual else jinja_env
            super()._do_render_template_fields(parent, [name], context, env, seen_oids)

    def render_template(
        self,
        content: Any,
        context: Any,
        jinja_env: jinja2.Environment | None = None,
        seen_oids: set[int] | None = None,
    ) -> Any:
        """Render as Airflow does; but a text that became a number or lost its quotes is taken as it was written.

        What is undefined is rendered as text too: then jinja raises, or writes nothing, as the DAG says.
        """
        env = jinja_env or self.get_template_env()
        value = super().render_template(content, context, env, seen_oids)
        if isinstance(content, str) and _is_text_or_number(value):
            text_env = self._text_env(env)
            if text_env is not env:
                return super().render_template(content, context, text_env, seen_oids)
        return value

    def _render(self, template: Any, context: Any, dag: Any = None) -> Any:
        return super()._render(template, context, dag if _is_native(template.environment) else NOT_NATIVE)

    def _should_render_native(self, dag: Any = None) -> bool:
        # Airflow 3.3 asks the task itself first, which may say so without its DAG.
        return dag is not NOT_NATIVE and bool(super()._should_render_native(dag))

    def _text_env(self, env: jinja2.Environment) -> jinja2.Environment:
        dag = self.get_dag() if _is_native(env) else None
        return env if dag is None else dag.get_template_env(force_sandboxed=True)


def _is_text_or_number(value: object) -> bool:
    from jinja2 import Undefined

    return isinstance(value, str | int | float | complex | Undefined) and not isinstance(value, bool)


def _is_native(env: object) -> bool:
    from jinja2.nativetypes import NativeEnvironment

    return isinstance(env, NativeEnvironment)

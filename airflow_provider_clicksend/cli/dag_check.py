"""``airflow clicksend test-alert --dag-id``: the alerts of a DAG as the night would send them.

Everything is checked before the first text leaves: what can never work is told at once, and texts nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from jinja2 import TemplateSyntaxError

from airflow_provider_clicksend.api.errors import ClickSendConfigError, ClickSendError
from airflow_provider_clicksend.cli.alert_check import say, send_letter, wait_for_receipts
from airflow_provider_clicksend.cli.dag_contexts import callback_context
from airflow_provider_clicksend.hooks.clicksend import ClickSendHook
from airflow_provider_clicksend.messaging.alert_inputs import printable, read_numbers, without_numbers
from airflow_provider_clicksend.messaging.alert_window import Held
from airflow_provider_clicksend.messaging.reference import alert_reference
from airflow_provider_clicksend.notifications._events import safely_read_event
from airflow_provider_clicksend.notifications._letter import identity, letter_saying, write_letter
from airflow_provider_clicksend.notifications.clicksend import ClickSendNotifier
from airflow_provider_clicksend.version_compat import AIRFLOW_CALL_ERRORS, conf, load_dags

if TYPE_CHECKING:
    from airflow_provider_clicksend.notifications._send import Letter

#: What keeps a notifier from ever sending.
ERRORS: tuple[type[Exception], ...] = (ClickSendError, *AIRFLOW_CALL_ERRORS)
_CALLBACKS = ("on_failure_callback", "on_retry_callback", "on_success_callback", "on_execute_callback")
_DAG_CALLBACKS = ("on_failure_callback", "on_success_callback")


@dataclass(frozen=True)
class Found:
    """A notifier, and whose.

    :param where: ``the on_failure_callback of the task load_rows``.
    """

    where: str
    notifier: ClickSendNotifier
    context: dict[str, Any]


def load_dag(dag_id: str, path: str | None = None) -> Any:
    """Return a DAG as its file has it.

    :param path: a file or a folder; by default Airflow's ``[core] dags_folder``.
    :raises ClickSendConfigError: it is not there.
    """
    path = path or conf.get("core", "dags_folder")
    bag = load_dags(path)
    if dag_id in bag.dags:
        return bag.dags[dag_id]
    broken = "; ".join(f"{file}: {str(error).strip().splitlines()[-1]}" for file, error in bag.import_errors.items())
    raise ClickSendConfigError(
        f"There is no DAG {dag_id!r} in {path} (--dag-file names another file or folder)."
        + (f" What cannot be imported: {broken}" if broken else ""),
        field="dag_id",
    )


def notifiers_of(dag: Any) -> list[Found]:
    """Return our notifiers in a DAG with their fallbacks, each that differs once."""
    found: dict[str, Found] = {}
    for where, callback, context in _places(dag):
        for place, notifier in _with_fallbacks(callback):
            if isinstance(notifier, ClickSendNotifier):
                found.setdefault(identity(notifier, ""), Found(f"{place}{where}", notifier, context))
    return list(found.values())


def _places(dag: Any) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    for name in _DAG_CALLBACKS:
        for callback in _listed(getattr(dag, name, None)):
            yield f"the {name} of the DAG", callback, callback_context(dag, None, name)
    for task in dag.tasks:
        yield from _places_of_task(dag, task)
    for deadline in _listed(getattr(dag, "deadline", None)):
        callback = _made(deadline.callback)
        if callback is not None:
            yield "a deadline of the DAG", callback, callback_context(dag, None, "deadline")


def _places_of_task(dag: Any, task: Any) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    for name in (*_CALLBACKS, "notifiers"):
        for callback in _listed(getattr(task, name, None)):
            yield f"the {name} of the task {task.task_id}", callback, callback_context(dag, task, name)


def _listed(callbacks: Any) -> list[Any]:
    if callbacks is None:
        return []
    return list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]


def _made(callback: Any) -> ClickSendNotifier | None:
    """Return the notifier that Airflow makes from a deadline's callback, None for another's."""
    module, _, name = callback.path.rpartition(".")
    kind = getattr(import_module(module), name)
    is_ours = isinstance(kind, type) and issubclass(kind, ClickSendNotifier)
    return kind(**callback.kwargs) if is_ours else None


def _with_fallbacks(callback: Any) -> Iterator[tuple[str, Any]]:
    yield "", callback
    for number, other in enumerate(getattr(callback, "fallback", ()), start=1):
        for place, notifier in _with_fallbacks(other):
            yield f"{place}fallback {number} of ", notifier


class DagCheck:
    """One test of a DAG's alerts.

    :param to: whom to tell instead, in E.164; None: whom the notifiers tell. :param timeout: seconds for each receipt.
    """

    def __init__(self, dag: Any, *, to: str | None, timeout: float) -> None:
        self._dag = dag
        self._to = to
        self._timeout = timeout

    def run(self) -> str:
        """Run them, and return what is wrong, an empty text for nothing."""
        found = notifiers_of(self._dag)
        if not found:
            return f"the DAG {self._dag.dag_id} has no notifier of ClickSend in its callbacks, tasks or deadlines."
        problems = [f"{one.where}: {problem}" for one in found for problem in self._problems(one)]
        if problems:
            return f"nothing was sent. {'; '.join(problems)}"
        ends = [(one.where, self._tell(one)) for one in found]
        return "; ".join(f"{where}: {problem}" for where, problem in ends if problem)

    def _problems(self, found: Found) -> list[str]:
        """Return why this notifier can never send, or not what it means to."""
        problems = [problem for name in found.notifier.template_fields for problem in _rendering(found, name)]
        try:
            self._letter(found)
        except ERRORS as error:
            problems.append(str(error))
        return problems

    def _tell(self, found: Found) -> str:
        """Send, and return what is wrong."""
        say(f"{found.where}:")
        try:
            letter = self._letter(found)
            ids = send_letter(letter)
            return wait_for_receipts(letter.client, ids, timeout=self._timeout, channel=found.notifier.channel)
        except ERRORS as error:
            return str(error)

    def _letter(self, found: Found) -> Letter:
        """Return what the notifier would say, marked as a test.

        :raises ClickSendError: it cannot be sent.
        """
        notifier = copy(found.notifier)
        if self._to:
            notifier.to = self._to
        _check_numbers(found)
        hook = ClickSendHook(notifier.clicksend_conn_id)
        event = safely_read_event(found.context)
        reference = alert_reference("clicksend test-alert", uuid4().hex, "")
        night = write_letter(notifier, found.context, hook, event=event, reference=reference, summary=Held())
        text = notifier.fitted(f"TEST, nothing has happened: {night.batch.common['body']}")
        return letter_saying(notifier, found.context, hook, text=text, reference=reference)


def _check_numbers(found: Found) -> None:
    """Check whom the notifier itself tells, whoever is told by the test.

    :raises ClickSendConfigError: a number that cannot be read; the night would leave it out.
    """
    given = found.notifier.rendered("to", found.context)
    if given is None:  # only a run can say
        return
    numbers = read_numbers(given)
    if numbers.bad or not numbers.good:
        raise ClickSendConfigError(
            f"`to` ({', '.join(numbers.bad) or 'empty'}) is not a number in E.164, such as +15551234567", field="to"
        )


def _rendering(found: Found, name: str) -> list[str]:
    """Return what is wrong with a template; what only a run has is not an error, but is said."""
    template = getattr(found.notifier, name)
    if not template:
        return []
    notifier: Any = found.notifier
    try:
        notifier.render_template(template, found.context, notifier._environment(found.context))
    except TemplateSyntaxError as error:
        return [f"`{name}` is not a template: {error.message}"]
    except Exception as error:  # noqa: BLE001 - a template may raise anything
        say(
            f"{found.where}: `{name}` cannot be rendered outside of a run "
            f"({type(error).__name__}: {without_numbers(printable(error))}); where the night cannot either, "
            "the default stands in."
        )
    return []

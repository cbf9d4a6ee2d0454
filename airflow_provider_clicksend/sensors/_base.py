"""What the sensors share."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.arguments import as_flag
from airflow_provider_clicksend.connection import DEFAULT_CONN_ID
from airflow_provider_clicksend.failing import failing_for_good
from airflow_provider_clicksend.links.clicksend import MESSAGES_LINKS, push_for_tab
from airflow_provider_clicksend.rendering import TextRendering
from airflow_provider_clicksend.version_compat import (
    AirflowFailException,
    AirflowSensorTimeout,
    AirflowSkipException,
    BaseSensorOperator,
    Context,
    PokeReturnValue,
    conf,
)

if TYPE_CHECKING:
    from airflow_provider_clicksend.api.errors import ClickSendError
    from airflow_provider_clicksend.engine.look import Look
    from airflow_provider_clicksend.engine.waiting import Step
    from airflow_provider_clicksend.hooks.clicksend import ClickSendHook
    from airflow_provider_clicksend.version_compat import BaseTrigger

#: Seconds by which Airflow's own timeout of a deferral comes after the trigger's, which can say more.
GRACE = 120


class WaitSensor(TextRendering, BaseSensorOperator):
    """Poke on the worker, or defer at once. Subclasses say what to look at and what it means.

    :param message_ids: a message id, a list of them, or the batch handle of a large send. (templated)
    :param clicksend_conn_id: the Airflow connection, of type ``clicksend``.
    :param deferrable: whether to wait in the triggerer, without a worker.
    """

    template_fields: Sequence[str] = ("message_ids",)
    native_fields = frozenset({"message_ids"})
    ui_color = "#e8f4ff"
    operator_extra_links = MESSAGES_LINKS

    def __init__(
        self,
        *,
        message_ids: Any,
        clicksend_conn_id: str = DEFAULT_CONN_ID,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.message_ids = message_ids
        self.clicksend_conn_id = clicksend_conn_id
        self.deferrable = as_flag("deferrable", deferrable)
        self._wait: Any = None
        self._steps: Any = None
        self._reports: Any = None
        self._error: ClickSendError | None = None
        self._not_before = 0.0
        self._context: Context = {}

    @cached_property
    def hook(self) -> ClickSendHook:
        """The hook of the connection, made on the worker."""
        from airflow_provider_clicksend.hooks.clicksend import ClickSendHook

        return ClickSendHook(self.clicksend_conn_id)

    @abstractmethod
    def _new_wait(self) -> Any:
        """Return the wait, from arguments that are rendered by now."""

    @abstractmethod
    def _look(self, *, last: bool) -> Look[Any]:
        """Look at what ClickSend knows."""

    @abstractmethod
    def _trigger(self, deadline: float) -> BaseTrigger:
        """Return the trigger that goes on waiting until then."""

    @abstractmethod
    def _why(self) -> str:
        """Return which known causes fit a wait that ended with nothing."""

    def _progress(self) -> str:
        """Return what is waited for, in one line for the log."""
        return f"Waiting for a reply to {self._wait.awaited.count} messages."

    def _conclude(self, result: dict[str, Any]) -> dict[str, Any]:
        """Return the result of a wait that is over, or raise when it is a bad one."""
        return result

    def poke(self, context: Context) -> PokeReturnValue:  # noqa: ARG002 # Airflow's interface
        """Look once."""
        return self._peek()

    def execute(self, context: Context) -> Any:
        """Wait here, or defer at once: the triggerer looks for all together, so that N starts cost no N requests."""
        started = time.time()
        self._context = context
        with self._softly():
            if not self.deferrable:
                return self._explaining_time_outs(context)
            with failing_for_good():
                self._begin()
                result = self._wait.note(())  # there may be nothing to wait for
                if result is not None:
                    return self._finish(result)
        return self.defer(
            trigger=self._trigger(started + self.timeout),
            method_name="execute_complete",
            timeout=timedelta(seconds=self.timeout + GRACE),
        )

    def execute_complete(self, context: Context, event: Mapping[str, Any] | None = None) -> Any:
        """Conclude from the trigger's event; after a timeout, look a last time.

        :raises AirflowFailException: for no event, or one that no trigger of ours sends.
        """
        self._context = context
        with self._softly(), failing_for_good():
            match event:
                case {"status": "done", "result": dict(result)}:
                    return self._finish(result)
                case {"status": "error", "message": str(message)}:
                    raise AirflowFailException(message)
                case {"status": "timeout"}:
                    return self._last_look()
                case _:
                    raise AirflowFailException(
                        f"{self.task_id} was resumed by an event that no ClickSend trigger sends."
                    )

    def _finish(self, result: dict[str, Any]) -> Any:
        """Push what was found out, for the tab *Messages*, before it may fail the task; then conclude from it."""
        if self.do_xcom_push:
            push_for_tab(self._context, "return_value", result)
        return self._conclude(result)

    def _last_look(self) -> Any:
        done = self._peek(last=True)
        if not done:
            raise AirflowSensorTimeout(f"Nothing within {self.timeout:g} s. {self._explanation()}")
        return done.xcom_value

    def _peek(self, *, last: bool = False) -> PokeReturnValue:
        """Look once and do what that means. What may pass is waited out; what lasts fails the task."""
        from airflow_provider_clicksend.engine.waiting import Done, Failed

        if time.monotonic() < self._not_before and not last:
            return PokeReturnValue(is_done=False)
        with failing_for_good():
            self._begin()
            step: Step = self._steps.after(self._look(last=last))
            if isinstance(step, Done):
                return PokeReturnValue(is_done=True, xcom_value=self._finish(step.result))
            if isinstance(step, Failed):
                raise AirflowFailException(str(step.error)) from step.error
        self._error = step.error
        self._not_before = time.monotonic() + step.seconds
        self._report()
        return PokeReturnValue(is_done=False)

    def _begin(self) -> None:
        """Make the wait, once."""
        from airflow_provider_clicksend.engine.waiting import Reports, WaitSteps

        if self._wait is None:
            self._wait = self._new_wait()
            self._steps, self._reports = WaitSteps(self._wait), Reports()

    def _report(self) -> None:
        """Log what is waited for, now and then."""
        if self._error is not None:
            if self._reports.due(str(self._error)):
                self.log.warning("ClickSend could not be read, trying again: %s", self._error)
        elif self._reports.due(text := self._progress()):
            self.log.info("%s", text)

    def _explanation(self) -> str:
        return self._why() if self._error is None else f"The last look failed: {self._error}"

    def _explaining_time_outs(self, context: Context) -> Any:
        """Let Airflow's own loop wait, and say why when it gives up."""
        try:
            return super().execute(context)  # type: ignore[arg-type] # a TypedDict of Airflow
        except AirflowSensorTimeout as error:
            timed_out: Exception = error
        except AirflowSkipException as error:
            if error.__cause__ is not None:  # a failure that was turned into a skip, not a timeout
                raise
            timed_out = error
        done = self._peek(last=True)
        if done:
            return done.xcom_value
        raise type(timed_out)(f"{timed_out} {self._explanation()}") from timed_out

    @contextmanager
    def _softly(self) -> Iterator[None]:
        """Turn failures into skips where that was asked for; Airflow does so in its own loop only."""
        try:
            yield
        except (AirflowFailException, AirflowSensorTimeout) as error:
            if self.soft_fail or self.never_fail:
                self.log.warning("%s", error)  # Airflow 3 replaces the text of the skip
                raise AirflowSkipException(str(error)) from error
            raise

"""What the sensors share."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.connection import DEFAULT_CONN_ID
from airflow_provider_clicksend.failing import failing_for_good
from airflow_provider_clicksend.hooks.clicksend import ClickSendHook
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
    from airflow_provider_clicksend.engine.reply_look import RepliesSeen
    from airflow_provider_clicksend.version_compat import BaseTrigger

#: Seconds before the start of its run within which a message may have been sent that a sensor is given by its id.
LOOK_BACK = 86_400
#: Seconds by which Airflow's own time-out of a deferral comes after the trigger's, which can say more.
GRACE = 120


class WaitSensor(BaseSensorOperator):
    """Poke once on the worker, then go on poking or defer. Subclasses say what to look at and what it means.

    :param message_ids: a message id, a list of them, or the batch handle of a large send. (templated)
    :param clicksend_conn_id: the Airflow connection, of type ``clicksend``.
    :param deferrable: whether to wait in the triggerer, without a worker.
    """

    template_fields: Sequence[str] = ("message_ids",)
    ui_color = "#e8f4ff"

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
        self.deferrable = deferrable
        self._wait: Any = None
        self._error: ClickSendError | None = None
        self._not_before = 0.0

    @cached_property
    def hook(self) -> ClickSendHook:
        """The hook of the connection, made on the worker."""
        return ClickSendHook(self.clicksend_conn_id)

    @abstractmethod
    def _new_wait(self, since: int) -> Any:
        """Return the wait, from arguments that are rendered by now."""

    @abstractmethod
    def _look(self, *, last: bool) -> Look[Any] | RepliesSeen:
        """Look at what ClickSend knows."""

    @abstractmethod
    def _trigger(self, deadline: float) -> BaseTrigger:
        """Return the trigger that goes on waiting until then."""

    @abstractmethod
    def _why(self) -> str:
        """Return which known causes fit a wait that ended with nothing."""

    def _note(self, look: Any) -> dict[str, Any] | None:
        """Take in a look, and return the result of a wait that is over."""
        result: dict[str, Any] | None = self._wait.note(look.seen)
        return result

    def _conclude(self, result: dict[str, Any]) -> dict[str, Any]:
        """Return the result of a wait that is over, or raise when it is a bad one."""
        return result

    def poke(self, context: Context) -> PokeReturnValue:
        """Look once."""
        return self._peek(context)

    def execute(self, context: Context) -> Any:
        """Wait here, or look once and defer."""
        started = time.time()
        with self._softly():
            if not self.deferrable:
                return self._explaining_time_outs(context)
            done = self.poke(context)
        if done:
            return done.xcom_value
        return self.defer(
            trigger=self._trigger(started + self.timeout),
            method_name="execute_complete",
            timeout=timedelta(seconds=self.timeout + GRACE),
        )

    def execute_complete(self, context: Context, event: Mapping[str, Any] | None = None) -> Any:
        """Conclude from the trigger's event; after a time-out, look a last time.

        :raises AirflowFailException: for no event, or one that no trigger of ours sends.
        """
        with self._softly(), failing_for_good():
            match event:
                case {"status": "done", "result": dict(result)}:
                    return self._conclude(result)
                case {"status": "error", "message": str(message)}:
                    raise AirflowFailException(message)
                case {"status": "timeout"}:
                    return self._last_look(context)
                case _:
                    raise AirflowFailException(f"{self.task_id} was resumed by no event of a ClickSend trigger.")

    def _last_look(self, context: Context) -> Any:
        done = self._peek(context, last=True)
        if not done:
            raise AirflowSensorTimeout(f"Nothing within {self.timeout:g} s. {self._explanation()}")
        return done.xcom_value

    def _peek(self, context: Context, *, last: bool = False) -> PokeReturnValue:
        """Look once and judge. What may heal is logged and waited out; what cannot fails the task at once."""
        if time.monotonic() < self._not_before:
            return PokeReturnValue(is_done=False)
        with failing_for_good():
            self._wait = self._wait or self._new_wait(_since(context))
            look = self._look(last=last)
            result = self._note(look)
            if result is not None:
                return PokeReturnValue(is_done=True, xcom_value=self._conclude(result))
            if look.hopeless and look.error is not None:
                raise look.error
        self._error = look.error
        if look.error is not None:
            self.log.warning("ClickSend could not be read, trying again: %s", look.error)
            self._not_before = time.monotonic() + look.pause(0)
        return PokeReturnValue(is_done=False)

    def _explanation(self) -> str:
        return self._why() if self._error is None else f"The last look failed: {self._error}"

    def _explaining_time_outs(self, context: Context) -> Any:
        """Let Airflow's own loop wait, and say why when it gives up."""
        try:
            return super().execute(context)  # type: ignore[arg-type] # a TypedDict of Airflow
        except AirflowSensorTimeout as error:
            raise AirflowSensorTimeout(f"{error} {self._explanation()}") from error
        except AirflowSkipException as error:
            if error.__cause__ is not None:  # a failure that was turned into a skip, not a time-out
                raise
            raise AirflowSkipException(f"{error} {self._explanation()}") from error

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


def _since(context: Context) -> int:
    """Return Unix seconds before which no message was sent whose id this run was given.

    The start of the run, not of the poke: that stays the same over reschedules and tries.
    """
    started = getattr(context.get("dag_run"), "start_date", None)
    return int(started.timestamp() if started else time.time()) - LOOK_BACK

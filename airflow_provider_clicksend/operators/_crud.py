"""What operators on one record share: its fields as XComs, and no accident when it is created or deleted twice."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from airflow_provider_clicksend.api.calls import PAGED_CALLS
from airflow_provider_clicksend.api.errors import (
    ClickSendConfigError,
    ClickSendError,
    ClickSendForbiddenError,
    ClickSendNotFoundError,
)
from airflow_provider_clicksend.arguments import as_flag, check_choice
from airflow_provider_clicksend.operators._base import ClickSendBaseOperator
from airflow_provider_clicksend.version_compat import Context

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.api.models.base import Answer

IfExists = Literal["error", "reuse"]


class ClickSendRecordOperator(ClickSendBaseOperator):
    """Return a record. Each of its fields is an XCom of its own too: ``create.output["list_id"]``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"multiple_outputs": True, **kwargs})


class ClickSendCreateOperator(ClickSendRecordOperator):
    """Create what is not there yet: it is looked for first, and again when nobody can say whether it was created.

    :param if_exists: ``"error"`` fails the task when it exists, ``"reuse"`` returns what exists.
    """

    def __init__(self, *, if_exists: IfExists = "error", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_choice("if_exists", if_exists, ("error", "reuse"))
        self.if_exists = if_exists

    @abstractmethod
    def find(self, client: ClickSendClient) -> Answer | None:
        """Return what exists, or None."""

    @abstractmethod
    def create(self, client: ClickSendClient) -> Answer:
        """Create the record and return it, whether or not an equal one exists."""

    @abstractmethod
    def named(self) -> str:
        """Say what is created, fit for a log."""

    def call(self, client: ClickSendClient, context: Context) -> dict[str, Any]:
        """Return what was created, or found, as JSON primitives."""
        existing = self.find(client)
        if existing is None:
            return self._created(client).primitives()
        if self.if_exists == "error":
            raise ClickSendConfigError(
                f"{self.named()} exists already. if_exists='reuse' takes it (also what an earlier try of this task "
                "has created).",
                field="if_exists",
            )
        self.log.info("%s exists already; it is reused.", self.named())
        return existing.primitives()

    def _created(self, client: ClickSendClient) -> Answer:
        try:
            return self.create(client)
        except ClickSendError as error:
            from airflow_provider_clicksend.api.retry import may_have_been_accepted

            found = self.find(client) if may_have_been_accepted(error) else None
            if found is None:
                raise
            self.log.warning("%s It was created all the same.", error)
            return found


class ClickSendDeleteOperator(ClickSendBaseOperator):
    """Delete something. Subclasses say what: its ids and where it is.

    :param missing_ok: what is gone already is not a failure.
    """

    #: The names of its ids, the outermost first.
    ids: ClassVar[tuple[str, ...]]
    #: The client's resource that deletes it.
    resource: ClassVar[str]
    #: The resource whose list shows the first of its ids while it exists; by default the same.
    listed_in: ClassVar[str | None] = None

    def __init__(self, *, missing_ok: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.missing_ok = as_flag("missing_ok", missing_ok)

    def call(self, client: ClickSendClient, context: Context) -> None:
        """Delete it, or find it gone."""
        ids = [getattr(self, name) for name in self.ids]
        try:
            getattr(client, self.resource).delete(*ids)
        except ClickSendNotFoundError as error:
            if not self.missing_ok:
                raise
            self.log.info("Nothing to delete: %s", error)
        except ClickSendForbiddenError as error:
            # ClickSend answers 403 for what does not exist, and for what is not allowed: only a look can tell.
            if not self.missing_ok or self._is_listed(client, str(ids[0])):
                raise
            self.log.info("Nothing to delete: %s", error)

    def _is_listed(self, client: ClickSendClient, first_id: str) -> bool:
        resource = self.listed_in or self.resource
        read = getattr(client, resource).list
        rows = client.iterate(read) if f"{resource}.list" in PAGED_CALLS else read()
        return any(str(getattr(row, self.ids[0])) == first_id for row in rows)

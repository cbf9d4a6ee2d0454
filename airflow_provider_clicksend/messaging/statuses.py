"""Every status word and code and what it means; the table stands in `api`, which needs it too."""

from airflow_provider_clicksend.api.statuses import STATUSES, UNDOCUMENTED, Status, status_of

__all__ = ["STATUSES", "UNDOCUMENTED", "Status", "status_of"]

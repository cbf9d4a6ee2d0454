"""Airflow's simple auth manager, for which one person may read no DAG and another no XComs."""

from __future__ import annotations

from typing import Any

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager


class OutsidersAuthManager(SimpleAuthManager):
    def is_authorized_dag(self, *, user: Any, access_entity: DagAccessEntity | None = None, **kwargs: Any) -> bool:
        if user.username == "outsider" or (user.username == "halfway" and access_entity is DagAccessEntity.XCOM):
            return False
        return super().is_authorized_dag(user=user, access_entity=access_entity, **kwargs)

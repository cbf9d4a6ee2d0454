"""Make a contact list for this run, fill it, read it, copy somebody to a second list, and take both away again.

Only what this run has created is deleted.
"""

from typing import Any

from airflow.providers.common.compat.sdk import DAG, task

from airflow_provider_clicksend.operators.contacts import (
    ClickSendCopyContactOperator,
    ClickSendCreateContactOperator,
    ClickSendListContactsOperator,
)
from airflow_provider_clicksend.operators.lists import (
    ClickSendCreateContactListOperator,
    ClickSendDeleteContactListOperator,
    ClickSendRemoveDuplicateContactsOperator,
)

TEAM = [
    {"phone_number": "+15551234567", "first_name": "Ada", "custom_1": "nights"},
    {"phone_number": "+15551234568", "first_name": "Grace", "custom_1": "days"},
]

with DAG("contact_lists", schedule=None, tags=["clicksend"], doc_md=__doc__):
    # A retry finds what its earlier try has created, instead of creating it again.
    team = ClickSendCreateContactListOperator(task_id="team", list_name="Team, {{ run_id }}", if_exists="reuse")
    nights = ClickSendCreateContactListOperator(task_id="nights", list_name="Nights, {{ run_id }}", if_exists="reuse")
    team_id, nights_id = team.output["list_id"], nights.output["list_id"]

    add = ClickSendCreateContactOperator.partial(task_id="add", list_id=team_id, if_exists="reuse").expand_kwargs(TEAM)
    tidy = ClickSendRemoveDuplicateContactsOperator(task_id="tidy", list_id=team_id)
    everybody = ClickSendListContactsOperator(task_id="everybody", list_id=team_id)

    @task
    def awake_at_night(contacts: list[dict[str, Any]]) -> list[int]:
        """Return the ids of those who work at night."""
        return [contact["contact_id"] for contact in contacts if contact["custom_1"] == "nights"]

    copy = ClickSendCopyContactOperator.partial(task_id="copy", list_id=team_id, to_list_id=nights_id).expand(
        contact_id=awake_at_night(everybody.output)
    )
    drop_team = ClickSendDeleteContactListOperator(task_id="drop_team", list_id=team_id, missing_ok=True)
    drop_nights = ClickSendDeleteContactListOperator(task_id="drop_nights", list_id=nights_id, missing_ok=True)

    add >> tidy >> everybody
    copy >> drop_team.as_teardown(setups=team)
    copy >> drop_nights.as_teardown(setups=nights)

"""What an account needs before it can send: a Maton connection, and an e-mail address. Made, looked at, and taken away.

A person has to authorise a new Maton connection at its link, and to verify a new address; neither happens here.
"""

from airflow.providers.common.compat.sdk import DAG

from airflow_provider_clicksend.operators.api import ClickSendApiOperator
from airflow_provider_clicksend.operators.connections import (
    ClickSendCreateConnectionOperator,
    ClickSendDeleteConnectionOperator,
)
from airflow_provider_clicksend.operators.email_addresses import (
    ClickSendCreateEmailAddressOperator,
    ClickSendDeleteEmailAddressOperator,
)

with DAG("accounts", schedule=None, tags=["clicksend"], doc_md=__doc__):
    # Its XCom holds the link, which lets whoever has it authorise the connection.
    connect = ClickSendCreateConnectionOperator(task_id="connect")
    look = ClickSendApiOperator(
        task_id="look",
        call="connections.get",
        arguments={"connection_id": "{{ ti.xcom_pull('connect')['connection_id'] }}"},
    )
    disconnect = ClickSendDeleteConnectionOperator(
        task_id="disconnect", connection_id="{{ ti.xcom_pull('connect')['connection_id'] }}"
    )

    add_address = ClickSendCreateEmailAddressOperator(task_id="add_address", email_address="loads@example.com")
    drop_address = ClickSendDeleteEmailAddressOperator(
        task_id="drop_address",
        email_address_id="{{ ti.xcom_pull('add_address')['email_address_id'] }}",
        missing_ok=True,
    )

    connect >> look >> disconnect
    add_address >> drop_address

"""One class per noun of the API, one method per endpoint."""

from airflow_provider_clicksend.api.resources.account import AccountResource
from airflow_provider_clicksend.api.resources.automations import AutomationsResource
from airflow_provider_clicksend.api.resources.connections import ConnectionsResource
from airflow_provider_clicksend.api.resources.contacts import ContactsResource
from airflow_provider_clicksend.api.resources.email_addresses import EmailAddressesResource
from airflow_provider_clicksend.api.resources.lists import ListsResource
from airflow_provider_clicksend.api.resources.mms import MmsResource
from airflow_provider_clicksend.api.resources.sms import SmsResource
from airflow_provider_clicksend.api.resources.templates import TemplatesResource
from airflow_provider_clicksend.api.resources.voice import VoiceResource

__all__ = [
    "AccountResource",
    "AutomationsResource",
    "ConnectionsResource",
    "ContactsResource",
    "EmailAddressesResource",
    "ListsResource",
    "MmsResource",
    "SmsResource",
    "TemplatesResource",
    "VoiceResource",
]

"""What every handler is given: the store and who called (FastAPI dependencies)."""

import dataclasses
from typing import Annotated, Any, Literal

from fastapi import Depends, Request

from airflow_provider_clicksend.sandbox.clicksend.answers import json_body
from airflow_provider_clicksend.sandbox.clicksend.errors import forbidden, not_found
from airflow_provider_clicksend.sandbox.clicksend.sending import Caller
from airflow_provider_clicksend.sandbox.data.store import Settings, Store


@dataclasses.dataclass
class Call:
    """One request and the sandbox that answers it."""

    request: Request
    store: Store

    @property
    def settings(self) -> Settings:
        """The sandbox's switches."""
        return self.store.settings

    @property
    def caller(self) -> Caller:
        """What the gateway found out about the request before it let it through."""
        return Caller(self.request.state.connection_id, self.request.state.request_id)


async def _call(request: Request) -> Call:
    return Call(request, request.app.state.store)


CallDep = Annotated[Call, Depends(_call)]
BodyDep = Annotated[dict[str, Any], Depends(json_body)]


async def _channel(call: CallDep, channel: Literal["sms", "mms", "voice"]) -> str:
    if channel == "voice" and not call.settings.voice_enabled:
        raise forbidden()
    return channel


#: The channel in a path; 403 for calls of an account without voice access.
ChannelDep = Annotated[str, Depends(_channel)]


async def _text_or_call(channel: ChannelDep) -> str:
    if channel == "mms":
        raise not_found("Resource")
    return channel


#: The channel in a path that MMS do not have.
TextOrCallDep = Annotated[str, Depends(_text_or_call)]

"""What a DAG that was started by text gets to know, each text once.

from airflow_provider_clicksend.inbound import new_texts

@task
def commands(**context):
return new_texts(context)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.version_compat import AirflowSkipException, Context, asset_store

#: Under which names an asset's state store keeps what the trigger remembers, and the newest event that a DAG has got.
MEMORY_KEY, RECEIVED_KEY = "clicksend_inbox", "clicksend_received"
#: The same for the texts that each DAG has taken, of which so many are remembered.
TAKEN_KEY, MOST_TAKEN = "clicksend_taken_{dag_id}", 1000


def new_texts(context: Context) -> list[dict[str, Any]]:
    """Return the texts that started this run and that no other run of its DAG has taken.

    Airflow may hand over one event twice when a triggerer dies at the wrong moment, and several events to one run. A
    text is taken by the first run that asks for it; a later try of that run gets it again, another run does not.

    A run that a person starts may carry texts in its conf: ``{"texts": [{"from": "+15551234567", "groups": {...}}]}``.

    :return: dicts with ``id``, ``message_id``, ``from`` (E.164), ``to``, ``body``, ``received_at`` (Unix seconds),
        ``keyword`` and ``groups`` (the named groups of the pattern), in the order in which they came.
    :raises AirflowSkipException: there is none.
    :raises ClickSendConfigError: the conf holds something else.
    """
    texts: list[dict[str, Any]] = []
    for asset, payloads in _payloads(context).items():
        texts.extend(_taken(asset, payloads, context))
    texts = list({text["id"]: text for text in texts}.values())
    texts.extend(_by_hand(context))
    if not texts:
        raise AirflowSkipException("No text started this run that another run has not taken.")
    return texts


def _payloads(context: Context) -> dict[str, list[dict[str, Any]]]:
    """Return what our triggers sent, by the name of the asset."""
    found: dict[str, list[dict[str, Any]]] = {}
    for events in (context.get("triggering_asset_events") or {}).values():
        for event in events:
            payload = (event.extra or {}).get("payload")
            if isinstance(payload, Mapping) and isinstance(payload.get("texts"), list):
                found.setdefault(event.asset.name, []).append(dict(payload))
    return found


def _taken(asset: str, payloads: list[dict[str, Any]], context: Context) -> Iterator[dict[str, Any]]:
    """Take what nobody has taken, and write that down before it is used."""
    store, run = asset_store(asset), context["dag_run"]
    key = TAKEN_KEY.format(dag_id=run.dag_id)
    taken: dict[str, str] = store.get(key) or {}
    texts = [text for payload in payloads for text in payload["texts"]]
    ours = [text for text in texts if taken.get(text["id"], run.run_id) == run.run_id]
    if any(text["id"] not in taken for text in ours):
        taken |= {text["id"]: run.run_id for text in ours}
        store.set(key, dict(list(taken.items())[-MOST_TAKEN:]))
    # So that the next triggerer does not send again what has arrived.
    newest = max(int(payload.get("number") or 0) for payload in payloads)
    if newest > int(store.get(RECEIVED_KEY) or 0):
        store.set(RECEIVED_KEY, newest)
    yield from ours


def _by_hand(context: Context) -> list[dict[str, Any]]:
    conf = getattr(context["dag_run"], "conf", None) or {}
    texts = conf.get("texts", [])
    if not isinstance(texts, list) or not all(isinstance(text, Mapping) and "from" in text for text in texts):
        raise ClickSendConfigError(
            'The conf of this run holds no texts: write {"texts": [{"from": "+15551234567", "body": "..."}]}.',
            field="texts",
        )
    return [{"keyword": None, "groups": {}, "body": "", **text} for text in texts]

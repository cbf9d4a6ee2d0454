"""From what tasks pushed to HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.channels import channel_named
from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.messaging.message_table import STATES, MessageTable, Pushed, message_table
from airflow_provider_clicksend.plugins.page.address import Address

if TYPE_CHECKING:
    from jinja2 import Template

#: Rows of a page.
PAGE_ROWS = 100
#: From so many messages on a chart is easier to read than the rows.
CHART_FROM = 20
#: Units of the chart's width.
WIDTH = 1000


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of the chart, in its units."""

    state: str
    x: float
    width: float


def page_of(pushed: Iterable[Pushed], address: Address, nonce: str) -> str:
    """Return the page.

    :param nonce: marks the style sheet as ours.
    """
    table = message_table(pushed)
    rows = table.in_state(address.state)
    pages = max(1, -(-len(rows) // PAGE_ROWS))
    page = min(address.page, pages)
    counts = table.counts()
    return _template().render(
        address=address,
        nonce=nonce,
        counts=counts,
        total=sum(counts.values()),
        bars=bars(counts) if sum(counts.values()) >= CHART_FROM else [],
        rows=rows[(page - 1) * PAGE_ROWS : page * PAGE_ROWS],
        first=(page - 1) * PAGE_ROWS + 1,
        found=len(rows),
        page=page,
        pages=pages,
        prices=prices(table),
        table=table,
        kind_of=kind_of,
        with_answers=any(row.answer for row in rows),
        with_tasks=address.task_id is None or address.map_index is None,
    )


def bars(counts: dict[str, int]) -> Sequence[Bar]:
    """Return the chart's parts; what is there at all is wide enough to be seen."""
    total = sum(counts.values())
    widths = {state: max(4.0, WIDTH * counts[state] / total) for state in reversed(STATES) if counts[state]}
    scale, x, found = WIDTH / sum(widths.values()), 0.0, []
    for state, width in widths.items():
        found.append(Bar(state, round(x, 1), round(width * scale, 1)))
        x += width * scale
    return found


def prices(table: MessageTable) -> str:
    """Return what it all cost, a sum a currency."""
    return ", ".join(f"{amount:,.4f} {currency}".rstrip() for currency, amount in sorted(table.prices.items()))


def kind_of(channel: str) -> str:
    """Return what one message of a channel is called."""
    try:
        return channel_named(channel).noun
    except ClickSendConfigError:
        return channel


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = Path(__file__).parent / "templates"
    made: Any = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template: Template = made.get_template("messages.html")
    return template

"""Reading a list while it changes: rows that move are neither lost nor doubled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_clicksend.api import ClickSendClient
from airflow_provider_clicksend.api.models.base import Page
from airflow_provider_clicksend.api.models.contacts import ContactList
from airflow_provider_clicksend.api.paging import iterate
from tests.support.scripted_server import ScriptedServer, envelope, scripted

PER_PAGE = 3
Change = Callable[[list[int]], None]


class Moving:
    """A list that is changed before some of the requests."""

    def __init__(self, ids: list[int], changes: dict[int, Change] | None = None) -> None:
        self.ids = ids
        self.changes = changes or {}
        self.asked: list[int] = []

    def page(self, number: int) -> Page[ContactList]:
        self.asked.append(number)
        self.changes.get(len(self.asked), lambda ids: None)(self.ids)
        return Page.read(
            ContactList,
            {
                "total": len(self.ids),
                "per_page": PER_PAGE,
                "current_page": number,
                "last_page": -(-len(self.ids) // PER_PAGE),
                "next_page_url": "/?page=99",
                "data": [{"list_id": i} for i in self.ids[(number - 1) * PER_PAGE : number * PER_PAGE]],
            },
        )

    def read(self) -> list[int]:
        return [row.list_id for row in iterate(self.page)]


def test_a_list_at_rest_takes_one_request_a_page() -> None:
    moving = Moving(list(range(7)))
    assert moving.read() == list(range(7))
    assert moving.asked == [1, 2, 3]


def test_an_empty_list_takes_one_request() -> None:
    moving = Moving([])
    assert moving.read() == []
    assert moving.asked == [1]


def test_pages_are_read_when_they_are_needed() -> None:
    moving = Moving(list(range(30)))
    rows = iterate(moving.page)
    assert [next(rows).list_id for _ in range(4)] == [0, 1, 2, 3]
    assert moving.asked == [1, 2]


def test_a_row_that_slides_back_comes_once() -> None:
    moving = Moving(list(range(7)), {2: lambda ids: ids.insert(0, 100)})
    assert moving.read() == list(range(7))


def test_a_row_that_moves_up_over_a_page_border_is_not_lost() -> None:
    moving = Moving(list(range(9)), {2: lambda ids: ids.remove(0)})
    assert moving.read() == list(range(9))
    assert moving.asked == [1, 2, 1, 2, 3]


def test_a_row_that_moves_up_from_the_last_page_is_not_lost() -> None:
    moving = Moving(list(range(7)), {3: lambda ids: ids.remove(0)})
    assert moving.read() == list(range(7))


def test_rows_that_are_added_at_the_end_are_read() -> None:
    moving = Moving(list(range(3)), {2: lambda ids: ids.extend([3, 4])})
    moving.changes[1] = lambda ids: ids.append(50)
    assert moving.read() == [0, 1, 2, 50, 3, 4]


@given(
    size=st.integers(0, 14),
    cuts=st.dictionaries(st.integers(1, 12), st.lists(st.integers(0, 13), max_size=4), max_size=4),
)
def test_while_rows_only_vanish_those_that_stay_are_read_exactly_once(size: int, cuts: dict[int, list[int]]) -> None:
    def cutting(gone: list[int]) -> Change:
        def change(ids: list[int]) -> None:
            ids[:] = [i for i in ids if i not in gone]

        return change

    moving = Moving(list(range(size)), {at: cutting(gone) for at, gone in cuts.items()})
    read = moving.read()
    assert len(read) == len(set(read))
    assert set(moving.ids) <= set(read) <= set(range(size))


@given(size=st.integers(0, 14), added=st.dictionaries(st.integers(1, 12), st.integers(1, 4), max_size=4))
def test_while_rows_are_only_added_in_front_the_old_ones_are_read_exactly_once(
    size: int, added: dict[int, int]
) -> None:
    new = iter(range(100, 1000))

    def adding(count: int) -> Change:
        return lambda ids: ids.__setitem__(slice(0, 0), [next(new) for _ in range(count)])

    moving = Moving(list(range(size)), {at: adding(count) for at, count in added.items()})
    read = moving.read()
    assert len(read) == len(set(read))
    assert set(range(size)) <= set(read)


def test_iterate_asks_the_client_by_number_with_all_arguments(
    client_of: Callable[[ScriptedServer], ClickSendClient],
) -> None:
    def page(number: int, ids: Iterator[int]) -> Any:
        rows = [{"contact_id": i} for i in ids]
        return {"total": 17, "per_page": 15, "current_page": number, "last_page": 2, "data": rows} | {
            "next_page_url": "https://rest.clicksend.com/v3/?page=2"
        }

    script = [envelope(page(1, iter(range(15)))), envelope(page(2, iter(range(15, 17))))]
    with scripted(*script) as server:
        client = client_of(server)
        rows = list(client.iterate(client.contacts.list, 5, limit=15, updated_after=9))
    assert [row.contact_id for row in rows] == list(range(17))
    assert [request.target for request in server.arrived] == [
        f"/clicksend/v3/lists/5/contacts?page={number}&limit=15&updated_after=9" for number in (1, 2)
    ]

"""Work spread over processes: the same answers in the same order, whatever becomes of a process."""

from __future__ import annotations

import os
import signal

import pytest

from scalegate.adapters.process_pool import spread

ITEMS = [str(n) for n in range(40)]


def twice(item: str) -> tuple[str, int]:
    return item * 2, os.getpid()


def deadly(item: str) -> str:
    if item in ("5", "6", "39"):
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def wrong(item: str) -> str:
    if item == "7":
        raise ZeroDivisionError(item)
    return item


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_answers_come_in_the_order_of_the_items(processes: int) -> None:
    found = [answer for answer in spread(twice, ITEMS, processes) if answer is not None]
    assert [text for text, _ in found] == [item * 2 for item in ITEMS]
    own = {pid for _, pid in found} == {os.getpid()}
    assert own == (processes == 1)
    assert len({pid for _, pid in found}) <= processes


def test_few_items_are_done_here() -> None:
    assert {pid for _, pid in filter(None, spread(twice, ITEMS[:5]))} == {os.getpid()}
    assert list(spread(twice, [], 2)) == []


def test_a_process_that_ends_costs_its_own_item_alone() -> None:
    assert list(spread(deadly, ITEMS, 2)) == [None if item in ("5", "6", "39") else item for item in ITEMS]


def test_what_the_work_raises_is_raised_here_in_its_turn() -> None:
    answers = spread(wrong, ITEMS, 2)
    assert [next(answers) for _ in range(7)] == ITEMS[:7]
    with pytest.raises(ZeroDivisionError):
        next(answers)


def test_answers_that_nobody_takes_are_not_all_made_ahead(tmp_path: object) -> None:
    made = f"{tmp_path}/made"

    def noted(item: str) -> str:
        with open(made, "a", encoding="utf-8") as file:  # noqa: PTH123 - one byte, appended by many processes
            file.write(".")
        return item

    answers = spread(noted, [str(n) for n in range(500)], 2)
    for _ in range(10):
        next(answers)
    answers.close()  # type: ignore[attr-defined]
    assert os.path.getsize(made) <= 10 + 2 * 4 + 2  # noqa: PTH202

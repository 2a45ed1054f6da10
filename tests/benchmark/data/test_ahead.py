import threading

import pytest

from benchmark.data.ahead import ahead, cores


def test_results_come_in_order_and_failures_where_they_belong():
    def half(n):
        if n % 2:
            raise ValueError(n)
        return n // 2

    seen = [
        future.exception() is not None or future.result() for _, future in ahead(half, range(6))
    ]
    assert seen == [0, True, 1, True, 2, True]


def test_no_more_results_wait_than_there_are_cores(monkeypatch):
    monkeypatch.setattr("benchmark.data.ahead.cores", lambda: 3)
    made, changed = [], threading.Condition()

    def make(n):
        with changed:
            made.append(n)
            changed.notify()
        return n

    stream = ahead(make, range(100))
    next(stream)
    with changed:
        assert changed.wait_for(lambda: len(made) == 3, timeout=10)
    next(stream)
    with changed:
        assert changed.wait_for(lambda: len(made) == 4, timeout=10)
    assert sorted(made) == [0, 1, 2, 3]
    stream.close()


def test_pictures_are_made_at_the_same_time(monkeypatch):
    monkeypatch.setattr("benchmark.data.ahead.cores", lambda: 2)
    both = threading.Barrier(2, timeout=10)  # passed only by two threads together
    assert len([future.result() for _, future in ahead(lambda _: both.wait(), range(4))]) == 4


def test_a_consumer_that_stops_early_leaves_nothing_running():
    before = threading.active_count()
    for _, future in ahead(lambda n: n, range(1000)):
        future.result()
        break
    assert threading.active_count() <= before + cores()


@pytest.mark.parametrize("count", [0, 1])
def test_few_items(count):
    assert [item for item, _ in ahead(str, range(count))] == list(range(count))

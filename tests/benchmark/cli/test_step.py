"""`isp-bench step KEY ...`: several steps in one process."""

from benchmark.store.store import Store, default_store
from tests.conftest import TOY

OPTIONS = ("--no-references", "--direction", "a2b")


def planned(toy_run, *options: str) -> tuple[Store, dict[str, str]]:
    """The store, and the key of each step by its kind."""
    assert toy_run("--print-commands", *OPTIONS, *options).code == 0
    store = Store(default_store())
    return store, {store.spec(key).kind: key for key in store.step_keys()}


def test_steps_run_in_the_order_given(toy_run, bench):
    store, keys = planned(toy_run)
    order = [keys[kind] for kind in ("mapper", "map", "isp", "score")]
    assert bench("step", *order, "--plugin", TOY).code == 0
    assert all(map(store.is_done, order))


def test_a_failed_step_holds_up_only_those_that_need_it(toy_run, bench):
    store, keys = planned(toy_run, "--mapper", "toy-misfit", "--set", "mapper.misfit=fills")
    ran = bench("step", *(keys[k] for k in ("mapper", "map", "score", "isp")), "--plugin", TOY)
    assert ran.code == 1
    assert store.failure(keys["map"])
    assert "FAILED: score" in ran.err and "needs a step that failed" in ran.err
    assert store.failure(keys["score"]) is None
    assert store.is_done(keys["isp"])


def test_an_unknown_key_ends_the_command_before_any_work(toy_run, bench):
    store, keys = planned(toy_run)
    ran = bench("step", keys["mapper"], "0" * 20, "--plugin", TOY)
    assert ran.code == 2
    assert "0" * 20 in ran.err
    assert not store.is_done(keys["mapper"])

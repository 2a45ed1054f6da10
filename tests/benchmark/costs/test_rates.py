"""From work to seconds."""

import pytest
import torch

from benchmark.costs.count import Work
from benchmark.costs.rates import Rates, measure_rates

WORK = Work(flop=15, thin=5, bytes=20, calls=3)


def test_a_cpu_takes_the_sum_of_all_parts():
    assert Rates(flop=10, thin=5, bytes=10, call=1, overlap=False).seconds(WORK) == pytest.approx(7)


def test_threads_share_all_but_the_calls():
    rates = Rates(flop=10, thin=5, bytes=10, call=1, overlap=False, threads=2)
    assert rates.seconds(WORK) == pytest.approx(5)


@pytest.mark.parametrize(("call", "expected"), [(1, 4), (2, 6)])
def test_a_gpu_computes_while_it_is_called(call, expected):
    assert Rates(flop=10, thin=5, bytes=10, call=call, overlap=True).seconds(WORK) == expected


@pytest.mark.parametrize("bfloat16", [False, True])
def test_a_device_is_measured_and_random_numbers_go_on_as_before(bfloat16):
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    rates = measure_rates(torch.device("cpu"), bfloat16=bfloat16)
    assert 1e7 < rates.thin < rates.flop < 1e15
    assert 1e7 < rates.bytes < 1e13
    assert 1e-8 < rates.call < 1e-2
    assert not rates.overlap
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.get_num_threads() == threads

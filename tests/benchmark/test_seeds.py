"""Seeds depend on every named axis, and are the same everywhere."""

from hypothesis import given
from hypothesis import strategies as st

from benchmark.seeds import seed_of

axes = st.lists(st.one_of(st.integers(), st.text(max_size=5), st.booleans()), max_size=4)


@given(axes, axes)
def test_only_equal_axes_have_equal_seeds(one, two):
    same = [(type(x), x) for x in one] == [(type(x), x) for x in two]
    assert (seed_of(*one) == seed_of(*two)) == same
    assert 0 <= seed_of(*one) < 2**63


def test_a_seed_of_the_first_release():
    assert seed_of("order", 0, "cstpp", "a", 3) == 3417116452623787341

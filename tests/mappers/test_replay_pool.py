import torch

from mappers.replay_pool import ReplayPool


def _pictures(*values: float) -> torch.Tensor:
    return torch.tensor(values)[:, None, None, None].expand(-1, 4, 2, 2).clone()


def test_while_it_fills_every_fake_is_given_back():
    pool = ReplayPool(3)
    fakes = _pictures(1, 2, 3)
    assert torch.equal(pool.exchange(fakes), fakes)


def test_without_room_every_fake_is_given_back_detached():
    fakes = _pictures(1.0, 2.0).requires_grad_()
    given = ReplayPool(0).exchange(fakes)
    assert torch.equal(given, fakes) and not given.requires_grad


def test_half_of_the_later_ones_are_exchanged_for_kept_ones():
    torch.manual_seed(0)
    pool = ReplayPool(50)
    pool.exchange(_pictures(*range(50)))
    given = torch.cat([pool.exchange(_pictures(100 + i)) for i in range(1000)])[:, 0, 0, 0]
    new = (given == torch.arange(100, 1100)).float().mean().item()
    assert 0.45 < new < 0.55
    assert len(pool.state()) == 50
    assert len(set(given.tolist())) == 1000  # an exchanged fake leaves the pool


def test_kept_fakes_do_not_change_with_the_tensor_they_came_from():
    pool = ReplayPool(1)
    fakes = _pictures(1)
    pool.exchange(fakes)
    fakes.zero_()
    assert pool.state()[0].max() == 1


def test_state_round_trip():
    pool, other = ReplayPool(4), ReplayPool(4)
    pool.exchange(_pictures(1, 2, 3, 4))
    other.load_state(pool.state())
    given = []
    for each in (pool, other):
        torch.manual_seed(1)
        given.append(each.exchange(_pictures(*range(5, 25))))
    assert torch.equal(*given)

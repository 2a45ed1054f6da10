import pytest
import torch

from mappers.networks.queued_patchgan import QueuedPatchGAN


def test_parameter_counts():
    judge = QueuedPatchGAN()
    body, norm, head = (
        sum(p.numel() for p in part.parameters()) for part in (judge.body, judge.norm, judge.head)
    )
    assert body == 2_765_761 - (512 * 16 + 1)  # a PatchGAN without its last convolution
    assert norm + head == 2_365_441


def test_it_remembers_the_last_pictures_of_each_kind():
    judge = QueuedPatchGAN(width=4)
    for _ in range(2):
        verdict = judge(torch.rand(2, 4, 32, 32), "real", remember=True)
        assert verdict.shape == (2, 1, 3, 3)
    assert (len(judge.memory["real"]), len(judge.memory["fake"])) == (3, 0)
    assert not any(features.requires_grad for features in judge.memory["real"])
    before = [features.clone() for features in judge.memory["real"]]
    judge(torch.rand(1, 4, 32, 32), "real")
    assert all(map(torch.equal, before, judge.memory["real"]))


def test_memory_changes_the_verdict():
    judge, image = QueuedPatchGAN(width=4), torch.rand(1, 4, 32, 32)
    alone = judge.eval()(image)
    assert torch.equal(alone, judge(image))  # no power iteration in eval mode
    judge.train()
    features = judge.body(image)
    others = list(judge.body(torch.rand(2, 4, 32, 32)) + 3)
    assert not torch.allclose(judge.judge(features, []), judge.judge(features, others))


def test_convolutions_of_the_body_are_spectrally_normed():
    torch.manual_seed(0)
    judge = QueuedPatchGAN(width=8)
    for _ in range(30):  # of the power iteration
        judge(torch.rand(1, 4, 32, 32))
    for layer in judge.body:
        if isinstance(layer, torch.nn.Conv2d):
            norm = torch.linalg.matrix_norm(layer.weight.flatten(1), ord=2).item()
            assert norm == pytest.approx(1, abs=0.1)

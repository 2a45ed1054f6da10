import torch

from benchmark.hub import cached, how_to_get


def test_it_is_where_torch_hub_puts_its_downloads(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "home"))
    source = tmp_path / "some.pth"
    torch.save({"a": torch.ones(1)}, source)
    torch.hub.load_state_dict_from_url(source.as_uri(), progress=False)
    assert cached("some.pth").read_bytes() == source.read_bytes()


def test_the_way_to_a_file_names_all_that_is_needed(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    words = how_to_get("https://example.org/some.pth", 12, "--weights")
    for needed in ("https://example.org/some.pth", "12 MB", "--weights", str(cached("some.pth"))):
        assert needed in words

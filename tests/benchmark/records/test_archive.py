"""Zip files from elsewhere: nothing lands outside, nothing unexpected is unpacked."""

import stat
import zipfile

import pytest

from benchmark.errors import BenchError
from benchmark.records import archive
from benchmark.records.archive import extract

ALLOWED = {r"manifest\.json": 1000, r"steps/[0-9a-f]{4}/\w+\.json": 100}


@pytest.fixture
def make(tmp_path):
    """Writes a zip file of (name or entry, content)."""

    def write(*entries):
        file = tmp_path / "evil.zip"
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
            for name, content in entries:
                opened.writestr(name, content)
        return file

    return write


def entry(name, mode):
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def refused(file, tmp_path, words, allowed=ALLOWED):
    target = tmp_path / "inside" / "target"
    target.mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BenchError, match=words):
        extract(file, target, allowed)
    assert sorted(tmp_path.rglob("*")) == before, "nothing may have been written"


def test_what_is_expected_is_unpacked(make, tmp_path):
    file = make(("manifest.json", "{}"), ("steps/", ""), ("steps/00ff/spec.json", "[]"))
    (tmp_path / "target").mkdir()
    names = extract(file, tmp_path / "target", ALLOWED)
    assert names == ["manifest.json", "steps/00ff/spec.json"]
    assert (tmp_path / "target" / "steps" / "00ff" / "spec.json").read_text() == "[]"


@pytest.mark.parametrize(
    "name",
    ["/etc/cron.d/x", "../x.json", "steps/../../x.json", "steps/00ff/../../../x", "..\\x.json",
     "C:/x.json", "./manifest.json", "steps//00ff/spec.json"],
)  # fmt: skip
def test_paths_that_lead_elsewhere_are_refused(make, tmp_path, name):
    # Even where any name is allowed.
    refused(make((name, "x")), tmp_path, "not a plain relative path", {"(?s).*": 1000})


def test_a_name_with_a_nul_is_refused(make, tmp_path):
    """Python cuts it there, other programs may not."""
    file = make(("manifest.json#.png", "x"))
    file.write_bytes(file.read_bytes().replace(b"#", b"\0"))
    refused(file, tmp_path, "not a plain relative path")


def test_a_link_is_refused(make, tmp_path):
    file = make((entry("manifest.json", stat.S_IFLNK | 0o777), "/etc/passwd"))
    refused(file, tmp_path, "link or a device")


def test_a_device_is_refused(make, tmp_path):
    refused(make((entry("manifest.json", stat.S_IFCHR), "")), tmp_path, "link or a device")


def test_unexpected_names_are_refused(make, tmp_path):
    file = make(("manifest.json", "{}"), ("steps/00ff/weights.pkl", "x"))
    refused(file, tmp_path, "does not belong")


def test_a_bomb_is_refused(make, tmp_path):
    file = make(("manifest.json", "0" * 5_000_000))
    assert file.stat().st_size < 10_000
    refused(file, tmp_path, "5000000 bytes, more than 1000")


def test_many_small_bombs_are_refused(make, tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MOST_BYTES", 150)
    file = make(*((f"steps/{i:04x}/a.json", "0" * 90) for i in range(2)))
    refused(file, tmp_path, "is refused: more than")


def test_double_entries_are_refused(make, tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"):
        file = make(("manifest.json", "{}"), ("manifest.json", "[]"))
    refused(file, tmp_path, "appears twice")


def test_what_is_not_a_zip_or_is_cut_off_is_reported(make, tmp_path):
    file = make(("manifest.json", "{}"))
    file.write_bytes(file.read_bytes()[:-10])
    refused(file, tmp_path, "not a readable zip file")
    with pytest.raises(BenchError, match="There is no file"):
        extract(tmp_path / "none.zip", tmp_path, ALLOWED)


def test_a_lie_about_the_size_does_not_help(make, tmp_path):
    """The directory says 2 bytes; the stream would give many more."""
    file = make(("manifest.json", "0" * 900_000))
    content = file.read_bytes().replace((900_000).to_bytes(4, "little"), (2).to_bytes(4, "little"))
    file.write_bytes(content)
    target = tmp_path / "target"
    target.mkdir()
    with pytest.raises(BenchError, match="not a readable zip file"):
        extract(file, target, ALLOWED)
    assert sum(f.stat().st_size for f in target.rglob("*")) <= 2

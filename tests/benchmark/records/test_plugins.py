"""Sources of plug-ins, kept with the results that were made with them."""

from benchmark.records.plugins import keep_sources, sources


def test_every_version_is_kept_once_under_a_plain_name(tmp_path):
    file, run = tmp_path / "my mäpper.py", tmp_path / "run"
    file.write_text("first = 1\n")
    keep_sources(run, [file, file])
    keep_sources(run, [file])
    file.write_text("second = 2\n")
    keep_sources(run, [file])
    kept = sources(run)
    assert sorted(path.read_text() for path in kept.values()) == ["first = 1\n", "second = 2\n"]
    for digest, path in kept.items():
        assert path.name == f"my_m_pper-{digest[:8]}.py"


def test_a_run_without_plug_ins_has_no_folder_for_them(tmp_path):
    keep_sources(tmp_path, [])
    assert sources(tmp_path) == {}
    assert not list(tmp_path.iterdir())

"""What a bundle must hold to be on a leaderboard."""

import json

import pytest

from benchmark.records.bundle import unpack
from benchmark.records.submission import read_submission, without_copies
from tests.benchmark.bundles import old_bundle, rewrite


def read(bundle, folder="unpacked"):
    folder = bundle.parent / folder
    folder.mkdir()
    return read_submission(unpack(bundle, folder), bundle.name)


def changed(bundle, name, **values):
    """Changes a record of the bundle."""

    def change(files):
        (file,) = (n for n in files if n.startswith(f"records/{name}"))
        record = {**json.loads(files[file]), **values}
        return {**files, file: json.dumps(record).encode()}

    rewrite(bundle, change)
    return bundle


def test_a_sound_bundle_has_no_faults_and_names_its_maker(tmp_path):
    made = read(old_bundle(tmp_path, by="Anna", link="https://example.org"))
    assert (made.by, made.link, made.faults) == ("Anna", "https://example.org", ())
    assert len(made.records) == 4


def test_what_the_rules_ask_for_and_is_missing_is_said(tmp_path):
    made = read(old_bundle(tmp_path, weights=False))
    assert made.by == "old.zip"
    text = "\n".join(made.gaps)
    assert "it does not say who made it: export it with --by NAME." in text
    assert "adaptation global3x3 microisp: the direction b2a is missing." in text
    assert "adaptation global3x3 microisp a2b: no result with seed 1, 2 (--seed 0 1 2)." in text
    assert "oracle-gain a2b: no result" not in text, "it trains nothing"
    assert "microisp: there are no references to compare with" in text
    assert "and 2 more) are missing, so it cannot be scored again" in text


def test_the_source_of_a_plug_in_belongs_to_it(tmp_path):
    made = read(old_bundle(tmp_path))
    assert "the source of the plug-in 'frozen' is missing." in made.gaps


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"mapper": "cstpp"}, "it says mapper cstpp, its steps global3x3."),
        ({"isp": "pynet"}, "it says isp pynet, its steps microisp."),
        ({"direction": "b2a"}, "it says direction b2a, its steps a2b."),
        ({"seed": 1}, "it says seed 1, its steps 0."),
        ({"protocol": "augmentation"}, "it says protocol augmentation, its steps adaptation."),
        ({"reference": True}, "it says reference true, its steps false."),
        ({"setting": {"ridge": 3}}, 'it says setting {"ridge": 3}, its steps'),
        ({"n": 5}, "does not have a value for each of its 5 test pictures"),
        ({"per_image": {"kl": [0.1]}}, "does not have a value for each of its 2 test pictures"),
        ({"per_image": {"beauty": [1.0, 2.0]}}, "there is no metric 'beauty' here"),
        ({"preset": "easy"}, "the preset 'easy' is not one of ISP-Bench (lab, paper, quick, smoke"),
        ({"extractor": {"name": "FID", "weights_sha256": "0" * 64}}, "its FID was measured with"),
        ({"score": "0" * 20}, "the bundle lacks the step 00000000000000000000"),
        ({"steps": {}}, "it names other steps than those behind its score"),
    ],
    ids=str,
)
def test_a_record_that_says_other_than_its_steps_is_a_fault(values, fault, tmp_path):
    made = read(changed(old_bundle(tmp_path), "adaptation", **values))
    assert any(fault in found for found in made.faults), made.faults
    assert made.faults[0].startswith(f"{values.get('protocol', 'adaptation')} ")


def test_other_data_and_other_settings_than_the_steps_are_faults(tmp_path):
    bundle = old_bundle(tmp_path)
    record = json.loads(next((tmp_path / "old").rglob("records/adaptation*")).read_text())
    data = {**record["data"], "fingerprint": "0" * 64}
    assert "it says data" in read(changed(bundle, "adaptation", data=data), "a").faults[0]
    steps = json.loads(json.dumps(record["steps"]))
    isp = next(step for step in steps.values() if step["kind"] == "isp")
    isp["config"]["passes"] = 40
    changed(bundle, "adaptation", data=record["data"], steps=steps)
    (fault,) = read(bundle, "b").faults
    assert "what it says of the step 'train microisp" in fault


def test_the_settings_that_differ_from_the_preset_are_found_whatever_the_record_says(tmp_path):
    made = read(changed(old_bundle(tmp_path), "adaptation", changed={}, reduced="", title="Mine"))
    (record,) = (r for r in made.records if r.protocol == "adaptation")
    assert record.changed["isp microisp"]["passes"].used == 1
    assert record.title.startswith("Domain adaptation")
    assert "tiny networks" in record.reduced


@pytest.mark.parametrize(
    "manifest",
    [{"by": "A\x1b[2J"}, {"by": ["A"]}, {"by": "A" * 101}, {"by": "A", "link": "javascript:x()"}],
    ids=str,
)
def test_a_name_or_link_that_could_harm_is_a_fault(manifest, tmp_path, monkeypatch):
    bundle = old_bundle(tmp_path, by="Anna")
    folder = tmp_path / "unpacked"
    folder.mkdir()
    unpacked = unpack(bundle, folder)
    unpacked.manifest.update(manifest)
    made = read_submission(unpacked, "old.zip")
    assert made.faults and made.by == "old.zip" and made.link == ""


def test_results_count_once_for_whoever_submitted_them_first(tmp_path):
    from dataclasses import replace

    anna = replace(read(old_bundle(tmp_path, by="Anna")), time="2026-01-01")
    ben = replace(anna, by="Ben", file="ben.zip", time="2026-01-02")
    more = [r.model_copy(update={"time": "later"}) for r in anna.records]
    larger = replace(anna, file="larger.zip", time="2026-01-03", records=(*anna.records, *more))
    same = replace(anna, file="same.zip", time="2026-01-04")
    found = without_copies([same, larger, ben, anna])
    assert [s.file for s in found] == ["old.zip", "ben.zip", "larger.zip", "same.zip"]
    assert [bool(s.faults) for s in found] == [False, True, False, True]
    assert "4 of its 4 results are those of old.zip, by Anna" in found[1].faults[0]

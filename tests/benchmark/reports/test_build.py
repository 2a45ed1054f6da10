"""Tables are made from records alone, mix nothing, and embolden only what can be told apart."""

import io
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from benchmark.errors import BenchError
from benchmark.records.record import Record
from benchmark.reports.build import tables
from benchmark.reports.text import csv, escape, latex, markdown

N = 30


def make_record(mapper="m", kl=1.0, **changes) -> Record:
    """A record whose KL has mean `kl` over pictures that vary together between mappers."""
    scenes = np.random.default_rng(7).normal(0, 0.3, N)
    noise = np.random.default_rng(len(mapper)).normal(0, 0.01, N)
    values = kl + (scenes - scenes.mean()) + (noise - noise.mean())
    facts = {
        "protocol": "adaptation", "mapper": mapper, "isp": "net", "direction": "a2b", "seed": 0,
        "reference": False, "role": "named", "title": "Domain adaptation", "cameras": ("A_1", "B"),
        "data": {"name": "toy", "config": {}, "fingerprint": "f" * 32}, "preset": "quick",
        "reduced": "all of it", "n": N, "ids": [str(i) for i in range(N)],
        "per_image": {"kl": list(values)}, "sets": {}, "extractor": None,
        "missing": {"fid": "FID needs weights."}, "score": "k", "configuration": "c",
        "steps": {}, "environment": {}, "time": "2026-01-01T00:00:00+00:00",
    }  # fmt: skip
    return Record(**{**facts, **changes})


def numbers(table) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(csv(table)))


def test_means_over_isps_and_seeds():
    records = [
        make_record(kl=kl, isp=isp, seed=seed)
        for kl, isp, seed in ((1, "p", 0), (2, "q", 0), (3, "p", 1), (4, "q", 1))
    ]
    main, supplement = tables(records)
    line = numbers(main).query("metric == 'kl'").iloc[0]
    assert line.value == pytest.approx(2.5)
    assert line.std_over_seeds == pytest.approx(np.std([1.5, 3.5], ddof=1))
    assert "2.500 ± 1.414" in markdown(main)
    assert "mean over p, q" in main.caption
    assert numbers(supplement).query("metric == 'kl'").value.tolist() == pytest.approx([2, 3])


def test_an_incomplete_mean_is_not_shown():
    records = [make_record(isp="p"), make_record(isp="q"), make_record("other", isp="p")]
    main = tables(records)[0]
    assert numbers(main).query("Mapper == 'other'").value.isna().all()


def test_bold_is_the_best_and_what_cannot_be_told_from_it():
    records = [
        make_record("best", 1.0), make_record("equal", 1.001), make_record("worse", 1.1),
        make_record("none", 0.5, protocol="ceiling", reference=True, title="Ceiling"),
    ]  # fmt: skip
    shown = numbers(tables(records)[0]).query("metric == 'kl'").set_index("Mapper").bold
    assert shown["best"]
    assert shown["equal"]
    assert not shown["worse"]
    assert not shown["Ceiling"], "references are never bold"


def test_without_weights_nothing_is_called_a_number():
    text = markdown(tables([make_record()])[0])
    assert "no weights" in text
    assert "FID needs weights." in text


def test_other_weights_stand_under_their_own_name():
    loo = {"value": 3.0, "leave_one_out": [3.0] * N}
    extractor = {"name": "FD (mine.pth, sha256 01234567)", "weights_sha256": "01234567" * 8}
    record = make_record(
        sets=dict.fromkeys(("fid", "fid_antialiased", "kid", "kid_antialiased"), loo),
        extractor=extractor, missing={},
    )  # fmt: skip
    for table in tables([record]):
        text = markdown(table)
        assert "FD (mine.pth, sha256 01234567)" in text
        assert "FID" not in text
        assert "KID" not in text


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"preset": "paper"}, "presets"),
        ({"data": {"name": "toy", "config": {}, "fingerprint": "0" * 32}}, "data sets"),
    ],
)
def test_mixtures_are_refused(change, word):
    with pytest.raises(BenchError, match=f"mix {word}"):
        tables([make_record(), make_record("other", **change)])


def test_raw_to_raw_has_the_columns_of_table_1():
    values = {m: [0.5] * N for m in ("psnr", "ssim", "mae", "angular", "kl")}
    table = tables([make_record(protocol="raw-to-raw", isp="none", per_image=values)])[0]
    assert [c.metric for c in table.columns] == ["psnr", "ssim", "mae", "angular", "kl"]
    assert table.name == "table1"


def test_latex_is_escaped_and_balanced():
    text = latex(tables([make_record("a_b & 5 %"), make_record("best", 0.1)])[0])
    assert r"a\_b \& 5~\%" in text
    assert r"A\_1$\rightarrow$B" in text
    assert r"\textbf{0.100}" in text
    assert text.count(r"\begin{") == text.count(r"\end{")
    rows = [
        line for line in text.splitlines() if line.endswith(r"\\") and "multicolumn" not in line
    ]
    assert {line.replace(r"\&", "").count("&") for line in rows} == {2}


def test_escape_leaves_no_special_character():
    assert escape("100% of $x_1$ #2 {a} ~^\\") == (
        r"100\% of \$x\_1\$ \#2 \{a\} \textasciitilde{}\textasciicircum{}\textbackslash{}"
    )


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_latex_compiles(tmp_path):
    body = latex(tables([make_record("a_b"), make_record("best", 0.1)])[0])
    (tmp_path / "t.tex").write_text(
        "\\documentclass{article}\\usepackage{booktabs}\\begin{document}" + body + "\\end{document}"
    )
    subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "t.tex"], cwd=tmp_path, check=True,
        capture_output=True,
    )  # fmt: skip


def test_table_verb_makes_them_again_from_records(toy_run, bench, tmp_path):
    assert toy_run().code == 0
    run = tmp_path / "results" / "toy-smoke"
    before = (run / "table5.tex").read_bytes()
    (run / "table5.tex").unlink()
    ran = bench("table", run)
    assert ran.code == 0
    assert (run / "table5.tex").read_bytes() == before
    assert bench("table", tmp_path).code == 2
    next((run / "records").glob("*.json")).write_text("{}")
    ran = bench("table", run)
    assert ran.code == 2
    assert "is not a record" in ran.err

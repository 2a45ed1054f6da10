"""Every command of README.md, docs/ and the help texts does what is written there.

Paths are replaced by small fixtures, keys by those of steps in the store, and budgets by the preset
`smoke`; what would train is checked and planned to the last step and then not started
(`--print-commands`). The command that makes docs/methods.md is run by test_methods_page.py.
"""

import argparse
import json
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import numpy as np
import pytest
import tifffile

from benchmark.cli.main import build_parser, main
from benchmark.costs.count import Work
from benchmark.data.simulated.sensitivities import load_sensitivities
from benchmark.methods.scaffold import new_method
from benchmark.store.step import Kind
from benchmark.store.store import Store
from tests.benchmark.bundles import rewrite
from tests.benchmark.cli.documented import (
    METHODS_PAGE,
    PROGRAMS,
    Command,
    commands_in,
    commands_of_help,
    commands_of_pages,
)
from tests.benchmark.data.files.dng import write_dng
from tests.benchmark.data.folder.two_cameras import write_folder
from tests.benchmark.data.lsmi import download as lsmi
from tests.benchmark.data.raw2raw import download as raw2raw
from tests.benchmark.data.simulated.photographs import album
from tests.conftest import REPOSITORY

SHOWN = [*commands_of_pages(), *commands_of_help()]
# Each once; the home folder is the current one here.
DISTINCT = {tuple(re.sub(r"(^|:)~/", r"\1", w) for w in c.words): c for c in reversed(SHOWN)}
COMMANDS = [c for c in reversed(DISTINCT.values()) if c.words != METHODS_PAGE]
# What needs a run, or its store; one ISP is enough for all.
TRAINED_ISP = "syenet"
TRAINED = (
    "render", "map", "deploy", "table", "figure", "export", "verify", "leaderboard", "explain",
    "step", "status", "store",
)  # fmt: skip
SIZES = {"lsmi": ["--set", "size=128", "test_size=96"]}  # of pictures in the small downloads
KEY = re.compile(r"[0-9a-f]{12,20}")


def verb_of(command: Command) -> str:
    return command.words[1] if command.words[0] == "isp-bench" else ""


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A current folder with what the pages speak of, under the names that they use."""
    place = tmp_path_factory.mktemp("place")
    for folder in ("downloads", "data", "pictures", "bin", "root", "DOWNLOAD"):
        (place / folder).mkdir()
    _cameras(place)
    _data_sets(place)
    shutil.copytree(REPOSITORY / "examples", place / "examples")
    shutil.copytree(REPOSITORY / "results" / "runs", place / "results" / "runs")
    mine = (REPOSITORY / "examples" / "my_mapper.py").read_text()
    for name in ("my_mapper.py", "my_mapper-0123abcd.py"):
        (place / name).write_text(mine.replace("mean-match", "my-mapper"))
    isp = new_method("isp", "shown-isp")["shown_isp.py"]
    (place / "my_isp.py").write_text(isp.replace("shown-isp", "my-isp"))
    (place / "run.yaml").write_text("mapper: cstpp\nseed: [0, 1]\n")
    (place / "my-budget.yaml").write_text(
        (REPOSITORY / "benchmark" / "planning" / "presets" / "smoke.yaml").read_text()
    )
    (place / "bin" / "sbatch").write_text("#!/bin/sh\n")
    (place / "bin" / "sbatch").chmod(0o755)
    return place


def _cameras(place: Path) -> None:
    mosaic = np.random.default_rng(0).integers(528, 4096, (96, 128)).astype(np.uint16)
    for name in ("galaxy.dng", "iphone.dng", "x.dng", "DSC_0001.NEF"):
        write_dng(place / name, mosaic, black=528)
    tifffile.imwrite(place / "frame.tif", mosaic)
    (place / "levels.yaml").write_text("black: 528\nwhite: 4095\ncfa: RGGB\n")
    for name, camera in (("iphone_x.csv", "Nikon D5100"), ("galaxy_s9.csv", "Sigma SD Merrill")):
        curves = load_sensitivities(camera).curves
        rows = [f"{400 + 5 * i},{r},{g},{b}" for i, (r, g, b) in enumerate(curves)]
        (place / name).write_text("\n".join(["wavelength,red,green,blue", *rows]) + "\n")


def _data_sets(place: Path) -> None:
    """Downloads and prepared data; `~` is `place` too."""
    sources = {
        "raw2raw": raw2raw.write_dng_download(
            place / "downloads" / "raw2raw", raw2raw.scenes(place / "scenes-raw2raw")
        ),
        "lsmi": lsmi.write_download(
            place / "downloads" / "lsmi", lsmi.scenes(place / "scenes-lsmi")
        ),
    }
    for name, source in sources.items():
        where = [str(source), str(place / "data" / name)]
        assert main(["data", "prepare", name, *where, *SIZES.get(name, [])]) == 0
    shutil.copy(place / "data" / "raw2raw" / "pairs_used.csv", place / "pairs.csv")
    write_folder(place / "pictures" / "two-phones")
    album(place / "photographs", 4, 210, 220)


@pytest.fixture(scope="module")
def trained(place) -> Path:
    """`place` after a run with the preset smoke, and its bundle."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.setenv("ISP_BENCH_HOME", str(place / "trained"))
        patch.setenv("TORCH_HOME", str(place / "torch"))
        arguments = ["run", "--preset", "smoke", "--name", "simulated-quick", "--workers", "1"]
        arguments += ["--mapper", "cstpp", "global3x3", "--isp", TRAINED_ISP]
        assert main([*arguments, "--no-references"]) == 0
        assert main(["export", "results/simulated-quick", "bundle.zip"]) == 0
        for name in ("anna.zip", "ben.zip", "mine.zip"):
            bundle = shutil.copy("bundle.zip", name)
            rewrite(bundle, lambda files, name=name: _at_another_time(files, name))
    return place


def _at_another_time(files: dict[str, bytes], by: str) -> dict[str, bytes]:
    """The records of a run that somebody else made."""
    for name in files:
        if name.startswith("records/"):
            files[name] = json.dumps({**json.loads(files[name]), "time": by}).encode()
    return files


@pytest.fixture
def here(place, monkeypatch):
    monkeypatch.chdir(place)
    monkeypatch.setenv("ISP_BENCH_HOME", str(place / "planned"))
    monkeypatch.setenv("HOME", str(place))
    # Work is counted in tests of its own. Here it would take a minute, and `--mapper all` has the
    # plug-ins of other tests too, of which one kills its process.
    for count in ("training_work", "inference_work"):
        monkeypatch.setattr(f"benchmark.costs.estimator.{count}", lambda *_: Work(flop=1e9))
    monkeypatch.setenv("XDG_CACHE_HOME", str(place / "cache"))
    monkeypatch.setenv("PATH", f"{place / 'bin'}:/usr/bin:/bin")


def adapted(command: Command, place: Path, new: Path) -> list[str]:
    """The arguments of a command with fixtures in place of paths and keys, and a small budget."""
    words = [_word(word, place) for word in command.words[1:]]
    verb = words[0]
    if verb == "step" and words[1:] == ["KEY"]:
        words[1] = "0" * 20
    if any(map(KEY.fullmatch, words)):
        words = _with_keys(words, place)
    if verb in ("run", "plan", "explain"):
        words = _with_preset(words)
    if verb == "run":  # `plan` tries `all`
        every = {"--mapper": "global3x3", "--isp": "syenet"}
        words = [every.get(words[i - 1], w) if w == "all" else w for i, w in enumerate(words)]
        words.append("--print-commands")
    elif words[:2] == ["data", "prepare"]:
        words[4] = str(new / "prepared")
        words += SIZES.get(words[2], [])
    elif words[:2] == ["data", "show"]:
        words += ["--preset", "smoke"]
    elif verb in ("render", "map"):
        words = _with_preset(words)
        words = [TRAINED_ISP if word == "pynet" else word for word in words]
    elif verb == "deploy":
        words = _with_preset(words)
        small = {"microisp": TRAINED_ISP, "cstpp": "global3x3", "global-poly": "global3x3"}
        words = [small.get(word, word) for word in words]  # large graphs take minutes
        if "--set" in words:  # of cstpp
            at = words.index("--set")
            del words[at : at + 2]
        words[words.index("-o") + 1] = str(new / words[words.index("-o") + 1])
    elif verb == "new":  # other tests of this process have plug-ins of the names that pages use
        words[2] = f"new-{words[2]}"
        words += ["-o", str(new)]
    elif verb == "export":
        words[2] = str(new / words[2])
    elif verb == "leaderboard":  # one seed breaks a rule, and `verify` scores again
        words = [word for word in words if word not in ("--check", "--verify", "-o", "board")]
        words += ["-o", str(new / "board")]
    elif verb == "figure":
        words[words.index("-o") + 1] = str(new / words[words.index("-o") + 1])
    if "--fid-weights" in words:  # 91 MB; the run was scored without them
        at = words.index("--fid-weights")
        del words[at : at + 2]
    if "--device" in words:
        words[words.index("--device") + 1] = "cpu"
    return words


def _word(word: str, place: Path) -> str:
    word = re.sub(r"(^|:)~/", rf"\1{place}/", word)
    if re.match(r"/(?!tmp)", word) and not word.startswith(str(place)):  # e.g. /shared/store
        folder = place / "root" / word.lstrip("/")
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder)
    download = str(place / "downloads" / "raw2raw")
    placeholders = {"NAME": "cstpp", "DOWNLOAD": download, "SRC": download, "VERB": "run"}
    return placeholders.get(word, word)


def _with_keys(words: list[str], place: Path) -> list[str]:
    """Keys that a page makes up become those of steps in the store."""
    store = Store(place / "trained", "plan")
    done = {spec.kind: key for key, spec in store.specs().items() if store.is_done(key)}
    for i, word in enumerate(words):
        if KEY.fullmatch(word):
            kind: Kind = "isp" if words[i - 1] == "--isp" else "mapper"
            words[i] = done[kind][: len(word)]
    return words


def _with_preset(words: list[str]) -> list[str]:
    if "--preset" in words:
        i = words.index("--preset") + 1
        words[i] = words[i] if words[i].endswith(".yaml") else "smoke"
        return words
    return [*words, "--preset", "smoke"]


def check(command: Command, place: Path, new: Path) -> None:
    """Runs a command of ours; of another program checks only what can be known here."""
    program, *words = command.words
    if program == "make":
        for target in words:
            subprocess.run(["/usr/bin/env", "make", "-n", target], cwd=REPOSITORY, check=True,
                           capture_output=True)  # fmt: skip
    elif program == "pip":
        extras = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
        for extra in re.findall(r"\[(\w+)\]", " ".join(words)):
            assert extra in extras["optional-dependencies"], f"there is no extra {extra}"
    elif program == "isp-bench":
        arguments = adapted(command, place, new)
        try:
            code: object = main(arguments)
        except SystemExit as end:  # argparse
            code = end.code
        assert code == 0, f"exit code {code}: isp-bench {shlex.join(arguments)}"


@pytest.mark.parametrize("command", [c for c in COMMANDS if verb_of(c) not in TRAINED], ids=str)
def test_a_documented_command_works(command, here, place, tmp_path):
    check(command, place, tmp_path)


def test_documented_commands_on_what_a_run_has_trained_work(here, trained, tmp_path, monkeypatch):
    monkeypatch.setenv("ISP_BENCH_HOME", str(trained / "trained"))
    for number, command in enumerate(c for c in COMMANDS if verb_of(c) in TRAINED):
        (tmp_path / str(number)).mkdir()
        check(command, trained, tmp_path / str(number))


def test_every_verb_has_examples():
    (verbs,) = (a for a in build_parser()._actions if isinstance(a, argparse._SubParsersAction))
    shown = {verb_of(command) for command in commands_of_help()} - {""}  # programs in pipes
    assert shown == set(verbs.choices)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x\n\n    isp-bench list  # all\n    isp-bench plan \\\n        --isp a\n\ny\n",
         [("isp-bench", "list"), ("isp-bench", "plan", "--isp", "a")]),
        ("```bash\nisp-bench plan | dot -Tsvg > a.svg\n```\n",
         [("isp-bench", "plan"), ("dot", "-Tsvg")]),
        ("```console\n$ isp-bench list\nmappers:\n```\n", [("isp-bench", "list")]),
        ("```python\nimport torch\n```\n\n    benchmark/  the engine\n", []),
        ("Try `isp-bench\ninfo cstpp` or `pip install 'isp-bench[ray]'`.",
         [("isp-bench", "info", "cstpp"), ("pip", "install", "isp-bench[ray]")]),
    ],
)  # fmt: skip
def test_commands_are_found_in_blocks_and_between_backticks(text, expected):
    assert list(commands_in(text)) == expected


@pytest.mark.parametrize("text", ["    isp-bench list\n    curl x\n", "```sh\ncurl x\n```\n"])
def test_an_unknown_program_is_a_fault(text):
    with pytest.raises(AssertionError, match="unknown command: curl x"):
        list(commands_in(text))
    assert "curl" not in PROGRAMS

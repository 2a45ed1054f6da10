"""Options of a run: one for each key of a run file, described once."""

import argparse

import pytest

from benchmark.cli.main import build_parser
from benchmark.cli.options import run_config
from benchmark.errors import BenchError
from benchmark.planning.preset import preset_names
from benchmark.planning.run_config import RunConfig
from benchmark.registry import DATASETS, PROTOCOLS


def parsed(*arguments, verb="run"):
    return run_config(build_parser().parse_args([verb, *arguments]))


def help_of(verb="run"):
    (verbs,) = (
        a for a in build_parser()._actions if isinstance(a, argparse._SubParsersAction)
    )  # fmt: skip
    return " ".join(verbs.choices[verb].format_help().split()).replace("- ", "-")


@pytest.mark.parametrize("verb", ["run", "plan"])
def test_every_key_of_a_run_file_is_an_option_with_its_description(verb):
    text = help_of(verb)
    for name, field in RunConfig.model_fields.items():
        assert f"--{name.replace('_', '-')} " in text.replace(",", " ")
        assert field.description
        assert " ".join(field.description.split()).replace("- ", "-") in text, name


def test_the_help_names_all_there_is():
    text = help_of()
    protocols = [n for n in PROTOCOLS.names() if not PROTOCOLS.info(n).reference]
    for name in (*DATASETS.names(), *preset_names(), *protocols):
        if not name.startswith("toy"):  # a plug-in of other tests
            assert name in text, name


def test_nothing_given_is_the_default_config():
    assert parsed() == RunConfig()


def test_every_kind_of_value_reaches_the_config(tmp_path):
    config = parsed(
        "--mapper", "a", "b", "--mapper", "c", "--seed", "1", "2", "--direction", "b2a",
        "--workers", "3", "--time-limit", "0.5", "--store", "there", "--save-images",
        "--no-references", "--precision", "bfloat16", "--set", "mapper.steps=7", "isp.x=[1, 2]",
        "--set", "mapper.note=a=b", "--sweep", "mapper.width=1,2", "--slurm", "time=8:00:00",
    )  # fmt: skip
    assert config.mapper == ("a", "b", "c")
    assert (config.seed, config.direction, config.workers) == ((1, 2), ("b2a",), 3)
    assert (config.time_limit, str(config.store), config.save_images) == (0.5, "there", True)
    assert (config.references, config.precision) == (False, "bfloat16")
    assert config.set == {"mapper.steps": 7, "isp.x": [1, 2], "mapper.note": "a=b"}
    assert config.sweep == {"mapper.width": (1, 2)}
    assert config.slurm == {"time": "8:00:00"}, "YAML would read a number to the base 60"


def test_the_command_line_wins_over_the_run_file(tmp_path):
    (tmp_path / "run.yaml").write_text(
        "mapper: cstpp\nseed: 3\nreferences: false\ntime-limit: 2\nset: {mapper.a: 1, mapper.b: 1}"
    )
    config = parsed("--config", "run.yaml", "--references", "--set", "mapper.b=2")
    assert (config.mapper, config.seed, config.time_limit) == (("cstpp",), (3,), 2)
    assert config.references
    assert config.set == {"mapper.a": 1, "mapper.b": 2}


def test_the_former_name_of_the_references_is_still_read(tmp_path):
    assert not parsed("--no-beside").references
    assert "beside" not in help_of()
    (tmp_path / "run.yaml").write_text("beside: false")
    assert not parsed("--config", "run.yaml").references
    assert parsed("--config", "run.yaml", "--references").references


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--set", "mapper.steps"), "--set mapper.steps: write mapper.KEY=VALUE"),
        (("--set", "=3"), "--set =3: write"),
        (("--set", "mapper.steps=[1"), "is not a YAML value"),
        (("--sweep", "mapper.steps"), "--sweep mapper.steps: write mapper.KEY=VALUE,VALUE"),
        (("--sweep", "mapper.steps=1,,2"), "--sweep mapper.steps=1,,2: write"),
        (("--slurm", "partition"), "--slurm partition: write KEY=VALUE"),
        (("--seed", "one"), "seed"),
        (("--workers", "0"), "workers"),
        (("--time-limit", "-1"), "time_limit"),
    ],
)
def test_what_cannot_be_read_is_reported(arguments, words):
    with pytest.raises(BenchError) as caught:
        parsed(*arguments)
    assert words in str(caught.value)


@pytest.mark.parametrize(("given", "kinds"), [((), 5), (("mappers", "data"), 2)])
def test_list_shows_all_kinds_unless_some_are_named(bench, given, kinds):
    ran = bench("list", *given)
    assert ran.code == 0, ran.err
    assert sum(not line.startswith(" ") for line in ran.out.splitlines()) == kinds


def test_list_of_an_unknown_kind_names_the_nearest(bench):
    ran = bench("list", "maper")
    assert ran.code == 2
    assert "Did you mean 'mappers'?" in ran.err

"""Presets: valid for every method they name, and clear about what they are not."""

import pytest

import isp_models
import mappers
from benchmark.config import build
from benchmark.errors import BenchError
from benchmark.planning.preset import load_preset, preset_names
from benchmark.registry import DATASETS, ISPS, MAPPERS, PROTOCOLS


@pytest.mark.parametrize("name", preset_names())
def test_every_value_of_a_preset_fits_its_method(name):
    preset = load_preset(name)
    for kind, registry, package in (("mapper", MAPPERS, mappers), ("isp", ISPS, isp_models)):
        own = getattr(preset, f"{kind}s")
        assert set(own) <= set(package.names())
        for method in package.names():
            config = registry.get(method).Config
            build(config, preset.values(kind, method, config), method)
    for data, values in preset.data.items():
        build(DATASETS.get(data).Config, values, data)
    for protocol in preset.references.protocols:
        assert PROTOCOLS.info(protocol).reference
    assert set(preset.references.mappers) <= set(mappers.names())


def test_the_published_recipe_is_untouched_by_the_paper_preset():
    preset = load_preset("paper")
    assert not (preset.mapper or preset.mappers or preset.isp or preset.isps)
    assert preset.reduced == ""


@pytest.mark.parametrize("name", ["smoke", "quick"])
def test_a_reduced_preset_says_so(name):
    assert load_preset(name).reduced


def test_general_values_reach_only_methods_that_have_them():
    preset = load_preset("quick")
    values = preset.values("mapper", "identity", MAPPERS.get("identity").Config)
    assert values == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("description: x\nmappr: {}\n", "Did you mean 'mapper'"),
        ("mapper: {}\n", "description"),
        ("description: [1\n", "not valid YAML"),
        ("- a\n", "must hold"),
        ("description: x\nreferences: {protocol: [floor]}\n", "references.protocol"),
    ],
)
def test_a_wrong_file_gets_a_clear_error(tmp_path, text, words):
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(BenchError, match=words) as error:
        load_preset(str(tmp_path / "mine.yaml"))
    assert "mine.yaml" in str(error.value)


def test_the_former_name_of_the_references_is_still_read(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("description: x\nbeside: {protocols: [floor]}\n")
    assert load_preset(str(file)).references.protocols == ("floor",)

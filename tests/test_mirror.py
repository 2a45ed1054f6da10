"""Every module has a test file of its own name, or is named here with the place of its tests."""

import pytest

from tests.conftest import REPOSITORY

PACKAGES = ("benchmark", "isp_models", "mappers", "protocols")
ELSEWHERE = {
    # The API is tested by the examples of its page.
    "benchmark/api/frames.py": "tests/docs/test_api.py",
    "benchmark/api/run.py": "tests/docs/test_api.py",
    "benchmark/api/trained.py": "tests/docs/test_api.py",
    # Verbs are tested through the command line.
    "benchmark/cli/check.py": "tests/benchmark/methods/test_conformance.py",
    "benchmark/cli/doctor.py": "tests/benchmark/cli/test_documented_commands.py",
    "benchmark/cli/figure.py": "tests/benchmark/cli/test_figures.py",
    "benchmark/cli/info.py": "tests/benchmark/cli/test_documented_commands.py",
    "benchmark/cli/list_names.py": "tests/benchmark/cli/test_light_imports.py",
    "benchmark/cli/new.py": "tests/benchmark/methods/test_scaffold.py",
    "benchmark/cli/picture_options.py": "tests/benchmark/cli/test_render.py",
    "benchmark/cli/rescoring.py": "tests/benchmark/cli/test_export.py",
    "benchmark/cli/table.py": "tests/benchmark/reports/test_build.py",
    "benchmark/cli/verify.py": "tests/benchmark/cli/test_export.py",
    # A data set's parts are tested through the data set, on folders as users have them.
    "benchmark/data/base.py": "tests/benchmark/data/simulated/test_dataset.py",
    "benchmark/data/files/areas.py": "tests/benchmark/data/files/test_dng.py",
    "benchmark/data/files/filters.py": "tests/benchmark/data/files/test_raw.py",
    "benchmark/data/files/opening.py": "tests/benchmark/data/files/test_damaged_files.py",
    "benchmark/data/files/tiff_tags.py": "tests/benchmark/data/files/test_colour_tags.py",
    "benchmark/data/files/pairs_table.py": "tests/benchmark/data/folder/test_layout.py",
    "benchmark/data/folder/survey.py": "tests/benchmark/cli/test_data_verbs.py",
    "benchmark/data/lsmi/metadata.py": "tests/benchmark/data/lsmi/test_dataset.py",
    "benchmark/data/lsmi/sets.py": "tests/benchmark/data/lsmi/test_dataset.py",
    "benchmark/data/lsmi/survey.py": "tests/benchmark/data/lsmi/test_dataset.py",
    "benchmark/data/prepared_folder.py": "tests/benchmark/data/test_prepared.py",
    "benchmark/data/raw2raw/layout.py": "tests/benchmark/data/raw2raw/test_dataset.py",
    "benchmark/data/raw2raw/pictures.py": "tests/benchmark/data/raw2raw/test_dataset.py",
    "benchmark/data/raw2raw/survey.py": "tests/benchmark/data/raw2raw/test_dataset.py",
    "benchmark/metrics/features.py": "tests/benchmark/metrics/test_random_vgg.py",
    # The engine's inner parts are tested in whole runs, with processes that are really killed.
    "benchmark/methods/pictures.py": "tests/benchmark/methods/test_conformance.py",
    "benchmark/costs/history.py": "tests/benchmark/cli/test_plan.py",
    "benchmark/planning/run_config.py": "tests/benchmark/cli/test_options.py",
    "benchmark/records/bundle.py": "tests/benchmark/cli/test_export.py",
    "benchmark/records/claims.py": "tests/benchmark/records/test_submission.py",
    "benchmark/records/overwrite.py": "tests/benchmark/cli/test_run.py",
    "benchmark/records/reproduce.py": "tests/benchmark/cli/test_export.py",
    # The parts of the report's page, through its sections and the whole page.
    "benchmark/reports/page/provenance.py": "tests/benchmark/reports/page/test_report.py",
    "benchmark/reports/page/results.py": "tests/benchmark/cli/test_run.py",
    "benchmark/reports/page/strips.py": "tests/benchmark/reports/page/test_cells.py",
    "benchmark/reports/leaderboard/lines.py": "tests/benchmark/reports/leaderboard/test_boards.py",
    "benchmark/reports/leaderboard/words.py": "tests/benchmark/reports/leaderboard/test_boards.py",
    "benchmark/running/choose.py": "tests/benchmark/running/test_pool.py",
    "benchmark/running/executor.py": "tests/benchmark/running/test_foreign_folder.py",
    "benchmark/running/inline.py": "tests/benchmark/cli/test_run.py",
    "benchmark/running/session.py": "tests/benchmark/cli/test_run.py",
    "benchmark/running/worker.py": "tests/benchmark/running/test_pool.py",
    "benchmark/steps/distances.py": "tests/benchmark/steps/test_score.py",
    "benchmark/steps/context.py": "tests/benchmark/steps/test_load.py",
    "benchmark/steps/find.py": "tests/benchmark/cli/test_render.py",
    "benchmark/steps/pictures.py": "tests/benchmark/reports/page/test_report.py",
    "benchmark/steps/run.py": "tests/benchmark/cli/test_run.py",
    "benchmark/store/explain.py": "tests/benchmark/cli/test_explain.py",
    "benchmark/store/housekeeping.py": "tests/benchmark/cli/test_store.py",
    "benchmark/store/states.py": "tests/benchmark/cli/test_status.py",
    # Networks and shared parts have their golden values where the method has its own.
    "isp_models/networks/pynet.py": "tests/isp_models/test_pynet.py",
    "isp_models/networks/pynet_start.py": "tests/isp_models/test_pynet.py",
    "isp_models/networks/pynet_v2.py": "tests/isp_models/test_pynet_v2.py",
    "isp_models/networks/syenet.py": "tests/isp_models/test_syenet.py",
    "isp_models/networks/zurich.py": "tests/isp_models/test_pynet.py",
    "isp_models/training/best_weights.py": "tests/isp_models/test_pynet_v2.py",
    "isp_models/training/staged.py": "tests/isp_models/test_pynet_v2.py",
    "mappers/base.py": "tests/mappers/test_contract.py",
    "mappers/colour_transform.py": "tests/mappers/test_cstpp.py",
    "mappers/networks/together.py": "tests/mappers/test_shared_passes.py",
    "mappers/networks/unet.py": "tests/mappers/networks/test_unet_vit.py",
    "mappers/pretraining.py": "tests/mappers/test_uvcgan.py",
    "mappers/training.py": "tests/mappers/test_cycle.py",
    # Figures are drawn from whole runs.
    "benchmark/reports/figures/gallery.py": "tests/benchmark/cli/test_figures.py",
    # One table holds what all protocols train and compare.
    "protocols/adaptation.py": "tests/protocols/test_base.py",
    "protocols/augmentation.py": "tests/protocols/test_base.py",
    "protocols/ceiling.py": "tests/protocols/test_base.py",
    "protocols/floor.py": "tests/protocols/test_base.py",
    "protocols/oracles.py": "tests/protocols/test_base.py",
    "protocols/raw_to_raw.py": "tests/protocols/test_base.py",
    "protocols/unmapped.py": "tests/protocols/test_base.py",
}
MODULES = sorted(
    str(file.relative_to(REPOSITORY))
    for package in PACKAGES
    for file in (REPOSITORY / package).rglob("*.py")
    if file.name != "__init__.py"
)


def own_test(module: str) -> str:
    folder, _, name = module.rpartition("/")
    return f"tests/{folder}/test_{name}"


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_its_tests(module):
    test = ELSEWHERE.get(module, own_test(module))
    assert (REPOSITORY / test).is_file(), test


@pytest.mark.parametrize("module", ELSEWHERE)
def test_the_list_of_exceptions_is_true(module):
    assert module in MODULES, "it is gone"
    assert not (REPOSITORY / own_test(module)).is_file(), "it has a test file of its own now"

"""Boards put together what can be compared and nothing else."""

import pytest

from benchmark.records.verdicts import Remembered, scores_of
from benchmark.reports.leaderboard.boards import boards
from benchmark.reports.table import REFERENCES
from tests.benchmark.reports.leaderboard.submissions import DATA, grid, result, submission


def rows(table, group=-1):
    """Labels and texts of a group, the last by default."""
    own = list(table.groups.values())[group]
    return [(*row.labels, *(entry.text for entry in row.entries)) for row in own]


def column(table, title):
    """Texts of a column of the last group."""
    at = [c.title for c in table.columns].index(title)
    return [row.entries[at].text for row in list(table.groups.values())[-1]]


def test_two_people_stand_side_by_side_with_their_spread():
    (board,) = boards(
        [
            submission("Anna", *grid("good", 1.0), *grid("bad", 3.0)),
            submission("Ben", *grid("good", 1.25)),
        ],
        {},
    )
    assert [row[:3] for row in rows(board.table)] == [
        ("good", "net", "Anna"), ("good", "net", "Ben"), ("bad", "net", "Anna"),
    ]  # fmt: skip
    assert column(board.table, "KL↓") == ["1.001 ± 0.001", "1.251 ± 0.001", "3.001 ± 0.001"]
    assert column(board.table, "code") == ["1.2.3 0123456+"] * 3
    assert board.several is not None
    assert list(board.several.groups) == ["good, net (good is not known here)"]
    assert rows(board.several) == [
        ("Anna", "1.001 ± 0.001", "1.001 ± 0.001"),
        ("Ben", "1.251 ± 0.001", "1.251 ± 0.001"),
        ("spread", "0.250", "0.250"),
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"data": {**DATA, "fingerprint": "e" * 32}},
        {"preset": "lab"},
        {"budget": "equal"},
        {"version": 2},
        {"protocol": "augmentation"},
        {"ids": [f"x{i}" for i in range(30)]},
        {"cameras": ("A_1", "C")},
    ],
    ids=str,
)
def test_what_differs_in_data_preset_budget_test_or_protocol_is_on_another_board(other):
    made = boards([submission("Anna", *grid()), submission("Ben", *grid(**other))], {})
    assert [[row[2] for row in rows(board.table)] for board in made] in (
        [["Anna"], ["Ben"]], [["Ben"], ["Anna"]],
    )  # fmt: skip
    assert all(board.several is None for board in made)
    assert made[0].table.name != made[1].table.name


def test_other_settings_are_another_method_on_the_same_board():
    changed = {"mapper m": {"width": {"preset": 8, "used": 4}}}
    (board,) = boards(
        [
            submission("Anna", *grid()),
            submission("Ben", *grid(config={"width": 4}, changed=changed)),
        ],
        {},
    )
    assert board.several is None
    assert column(board.table, "notes") == [
        "m is not known here", "mapper m: width = 4 (preset: 8); m is not known here",
    ]  # fmt: skip


def test_references_are_on_every_board_of_their_data():
    floor = grid("none", 9.0, protocol="floor", reference=True, title="Floor")
    augmented = grid(protocol="augmentation", title="Data augmentation")
    elsewhere = {"data": {**DATA, "fingerprint": "e" * 32}}
    made = boards([submission("Anna", *floor, *grid(), *augmented, *grid(**elsewhere))], {})
    assert len(made) == 3
    assert sum(REFERENCES in board.table.groups for board in made) == 2
    with_floor = next(board for board in made if REFERENCES in board.table.groups)
    assert rows(with_floor.table, 0)[0][:3] == ("Floor", "net", "Anna")


def test_only_the_given_seeds_count():
    lucky = [result("m", 0.1, seed, direction) for seed in (7, 8) for direction in ("a2b", "b2a")]
    (board,) = boards([submission("Anna", *grid(), *lucky)], {})
    assert column(board.table, "seeds") == ["0 1 2"]
    assert column(board.table, "KL↓") == ["1.001 ± 0.001"]
    assert boards([submission("Anna", *lucky)], {}) == []


def test_only_complete_results_can_be_bold():
    partly = [r for r in grid("partly", 0.5) if r.seed != 1]
    one_way = [r for r in grid("one-way", 0.5) if r.direction == "a2b"]
    (board,) = boards([submission("Anna", *grid("a", 1.0), *grid("b", 2.0), *partly, *one_way)], {})
    bold = {
        row.labels[0]
        for row in list(board.table.groups.values())[-1]
        if any(entry.bold for entry in row.entries)
    }
    assert bold == {"a"}
    assert [row[0] for row in rows(board.table)] == ["partly", "a", "b", "one-way"]


def test_the_newest_result_of_a_person_is_shown():
    older = grid(kl=2.0, time="2025-01-01T00:00:00+00:00")
    newer = grid(kl=1.0, time="2026-01-01T00:00:00+00:00")
    for order in ((older, newer), (newer, older)):
        (board,) = boards([submission("Anna", *records) for records in order], {})
        assert column(board.table, "KL↓") == ["1.001 ± 0.001"]


def test_raw_to_raw_has_no_isp_and_the_highest_psnr_first():
    def raw(mapper, psnr):
        values = {"psnr": [psnr] * 30, "kl": [1.0] * 30}
        return grid(mapper, isp="none", protocol="raw-to-raw", per_image=values)

    (board,) = boards([submission("Anna", *raw("worse", 20.0), *raw("better", 30.0))], {})
    assert board.table.label_titles == ("Mapper", "By")
    assert [row[:2] for row in rows(board.table)] == [("better", "Anna"), ("worse", "Anna")]
    assert [c.metric for c in board.table.columns if c.metric] == ["psnr", "kl"] * 2


def test_what_was_scored_again_is_marked():
    anna, ben = grid("m", 1.0), grid("m", 1.25)
    seen = {"verdict": "same", "differences": (), "tolerance": 0.01, "version": "1"}
    verdicts = {scores_of(r): Remembered(compared=("kl",), **seen) for r in [*anna, *ben[:2]]}
    people = [submission("Anna", *anna), submission("Ben", *ben), submission("Carl", *grid("c", 5))]
    (board,) = boards(people, verdicts)
    assert column(board.table, "re-scored") == ["yes", "2 of 6", "no"]
    verdicts = {key: v.model_copy(update={"compared": ("psnr",)}) for key, v in verdicts.items()}
    (board,) = boards(people, verdicts)
    assert column(board.table, "re-scored")[0] == "yes, without KL"

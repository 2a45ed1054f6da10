from pathlib import Path

import pytest

from benchmark.data.findings import check_command, complaint, relative, same_pictures

ROOT = Path("/data/my pictures")


@pytest.mark.parametrize("count", [1, 2, 10, 11, 30])
def test_many_faults_make_one_paragraph_that_names_the_command(count):
    faults = [f"{ROOT}/x{i}.dng is broken." for i in range(count)]
    text = str(complaint(ROOT, "The pictures", faults, check_command(str(ROOT))))
    assert text.startswith("The pictures in /data/my pictures cannot be used")
    assert text.count(" is broken.") == min(count, 10)
    assert ": x0.dng" in text if count == 1 else "(1) x0.dng" in text
    command = (
        f"And {count - 10} more: `isp-bench data check '/data/my pictures'` lists all of them."
    )
    assert text.endswith(command) == (count > 10)


def test_a_finding_is_one_line():
    assert relative(f"{ROOT}/a\nb.dng is broken.", ROOT) == "a b.dng is broken."


def test_same_pictures():
    assert same_pictures({"1": ["a"], "2": ["b", "c"]}) == ["The same picture: b, c."]

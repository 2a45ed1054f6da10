"""Figures have one look and one width."""

import pytest

from benchmark.reports.figures.style import INCHES, STYLE, arrow, blank, in_style, save


def test_a_figure_is_as_wide_as_asked_whatever_it_holds(tmp_path):
    with in_style():
        for width, inches in INCHES.items():
            figure = blank(width, 2)
            figure.subplots().set_title("a long title " * 20)
            save(figure, tmp_path / "x.png")
            assert tuple(figure.get_size_inches()) == (inches, 2)


def test_a_failed_figure_leaves_the_old_file(tmp_path):
    file = tmp_path / "x.pdf"
    file.write_text("old")
    with in_style():
        figure = blank("single", 1)
        figure.text(0, 0, "$\\unknown{$")
        with pytest.raises(ValueError):
            save(figure, file)
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_titles_break_after_the_arrow_in_a_column():
    assert arrow("iPhone X→Galaxy S9", "single") == "iPhone X→\nGalaxy S9"
    assert arrow("iPhone X→Galaxy S9", "double") == "iPhone X→Galaxy S9"


def test_fonts_are_embedded_as_truetype():
    assert STYLE["pdf.fonttype"] == 42

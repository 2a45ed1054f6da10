"""What the display makes of texts and of a reader that is gone."""

import os
import sys

import pytest

from benchmark.progress import Progress

NAMES = ["photo [bold].dng", "photo [/b].dng", "a :smile: b.dng", "[red]x[/red]", "{x} %s.dng"]


@pytest.mark.parametrize("name", NAMES)
def test_texts_are_shown_as_they_are(capsys, name):
    with Progress() as progress:
        progress.say(f"Reading {name}")
    assert capsys.readouterr().err == f"Reading {name}\n"


@pytest.mark.parametrize("name", NAMES)
def test_titles_are_shown_as_they_are_on_a_terminal(capsys, monkeypatch, name):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with Progress() as progress, progress.task(name, 3) as task:
        task.advance(1, note=name)
        progress.say("now")
    assert name in capsys.readouterr().err


def test_work_continues_when_the_reader_of_its_progress_is_gone(monkeypatch):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        done = []
        with Progress() as progress:
            for i in range(3):
                progress.say(f"picture {i}")
                done.append(i)
        assert done == [0, 1, 2]
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())

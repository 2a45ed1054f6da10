"""The commands that pages and help texts show, read from their source, never retyped."""

import argparse
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from benchmark.cli.main import build_parser
from tests.conftest import REPOSITORY

SHELLS = ("bash", "sh", "shell", "console")
# Programs that pages may name. Anything else in a block of commands is a mistake until a test
# knows how to try it.
PROGRAMS = ("isp-bench", "make", "pip", "ray", "dot")
METHODS_PAGE = ("isp-bench", "list", "mappers", "isps", "--format", "markdown")
BLOCK = re.compile(r"^(?P<fence>```+|~~~+)(?P<language>[^\n]*)\n(?P<text>.*?)^(?P=fence)\s*$",
                   re.DOTALL | re.MULTILINE)  # fmt: skip
INDENTED = re.compile(r"(?:^|(?<=\n\n))(?: {4}[^\n]*\n(?:[ \t]*\n(?= {4}))*)+")
INLINE = re.compile(r"(?<!`)`((?:isp-bench|pip|make)\s[^`]+)`(?!`)")


@dataclass(frozen=True)
class Command:
    """One command line: where it is, and its words up to a pipe or a redirection."""

    place: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.place}: {shlex.join(self.words)}"


def commands_of_pages() -> list[Command]:
    """All commands in blocks and between backticks of README.md and docs/*.md."""
    pages = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
    found = []
    for page in pages:
        found += [Command(page.name, words) for words in commands_in(page.read_text("utf-8"))]
    return found


def commands_of_help() -> list[Command]:
    """All commands in the examples under every help text."""
    return [
        Command(f"{parser.prog} --help", words)
        for parser in _parsers(build_parser())
        for line in (parser.epilog or "").splitlines()
        if line.startswith("  ")
        for words in _words(line)
    ]


def commands_in(text: str) -> Iterator[tuple[str, ...]]:
    """The commands of one page.

    Raises:
        AssertionError: a block of commands begins a line with a program that is not known.
    """
    rest = text
    blocks = []
    for match in BLOCK.finditer(text):
        language = match["language"].strip().strip("{}").split(" ")[0]
        blocks.append((language, match["text"]))
        rest = rest.replace(match[0], "\n")
    for match in INDENTED.finditer(rest):
        blocks.append(("", re.sub("^    ", "", match[0], flags=re.MULTILINE)))
        rest = rest.replace(match[0], "\n")
    for language, block in blocks:
        lines = _lines(block, language)
        first = {line.split()[0] for line in lines}
        if language in SHELLS or (not language and first & set(PROGRAMS)):
            for line in lines:
                assert line.split()[0] in PROGRAMS, f"unknown command: {line}"
                yield from _words(line)
    for match in INLINE.finditer(rest):
        for words in _words(" ".join(match[1].split())):
            mentioned = words[0] == "isp-bench" and len(words) == 2  # a verb, by its name alone
            yield (*words, "--help") if mentioned else words


def _lines(block: str, language: str) -> list[str]:
    """Command lines: continued ones joined, comments and (after "$ ") output left out."""
    lines = [line.strip() for line in block.replace("\\\n", " ").splitlines()]
    if language == "console" or any(line.startswith("$ ") for line in lines):
        lines = [line[2:] for line in lines if line.startswith("$ ")]
    return [line for line in lines if line and not line.startswith("#")]


def _words(line: str) -> Iterator[tuple[str, ...]]:
    """The words of each command of a pipeline; where output goes is left out."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|>&;")
    lexer.whitespace_split = True
    words: list[str] = []
    skip = False
    for token in lexer:
        if skip:
            skip = False
        elif set(token) <= set("|>&;"):
            skip = ">" in token
            if not skip:
                yield tuple(words)
                words = []
        else:
            words.append(token)
    yield tuple(words)


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _parsers(below)

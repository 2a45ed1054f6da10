"""HTML from the Jinja2 templates in `templates/`; everything filled in is escaped."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from benchmark.reports.table import one_line

TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, **values: Any) -> str:
    """A template filled in.

    Args:
        template: name of a file in `templates/`.
        values: what the template says it takes; their texts are escaped.

    Raises:
        jinja2.UndefinedError: the template takes a value that is not given.
    """
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    # By itself Jinja2 escapes files that end in .html, and ours end in .html.j2.
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["one_line"] = one_line
    return environment

"""The floors of the house: who may import whom, one way only.

Methods know the contracts and nothing else of the benchmark; the benchmark names no method.
"""

import ast

import pytest

import isp_models
import mappers
from tests.conftest import REPOSITORY

ALLOWED = {f"benchmark.{name}" for name in ("cameras", "errors", "hub", "registry", "stage")}
PACKAGES = ("isp_models", "mappers", "protocols")
DATA_SETS = ("data.simulated", "data.raw2raw", "data.lsmi", "data.folder")
GROUND = frozenset(
    [
        "cameras",
        "config",
        "errors",
        "files",
        "hub",
        "interrupt",
        "plugin",
        "progress",
        "registration",
        "registry",
        "seeds",
        "stage",
        "units",
    ]
)  # loose files, which anybody may import
FLOORS = {  # room: the rooms below that it may import
    "store": (),
    "data": (),
    "data.files": ("data",),
    **dict.fromkeys(DATA_SETS, ("data", "data.files")),
    "metrics": ("data",),
    "planning": ("store", "data"),
    "training": ("data",),
    "costs": ("store", "data", "planning", "training"),
    "steps": ("store", "data", "data.files", "metrics", "planning", "training"),
    "records": ("store", "metrics", "planning", "steps"),
    "running": ("store", "data", "metrics", "planning", "training", "costs", "steps", "records"),
    "reports": ("store", "metrics", "planning", "steps", "records"),
    "reports.page": ("store", "metrics", "planning", "steps", "records", "reports"),
    "reports.leaderboard": ("store", "metrics", "planning", "steps", "records", "reports"),
    "reports.figures": (
        *("store", "data", "metrics", "planning", "steps", "records", "reports", "reports.page"),
    ),
    "api": (
        *("store", "planning", "training", "steps", "records", "running"),
        *("reports", "reports.page"),
    ),
    "methods": ("data", "planning", "training"),
    "deployment": ("costs",),
}
METHOD_FILES = [f for p in PACKAGES for f in sorted((REPOSITORY / p).rglob("*.py"))]
ENGINE_FILES = sorted((REPOSITORY / "benchmark").rglob("*.py"))


def name_of(file):
    return str(file.relative_to(REPOSITORY))


def imports(file):
    """What a file imports when it runs; imports for type checkers alone are left out."""
    tree = ast.parse(file.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(module):
    """The innermost room that holds a module of the engine; "" for the ground floor."""
    parts = module.split(".")[1:]
    for depth in (2, 1):
        room = ".".join(parts[:depth])
        if len(parts) >= depth and (room in FLOORS or room == "cli"):
            return room
    return ""


def test_the_ground_floor_is_known_and_everything_else_is_in_a_room():
    loose = {f.stem for f in (REPOSITORY / "benchmark").glob("*.py")} - {"__init__"}
    assert loose == GROUND
    rooms = {
        name_of(f.parent).removeprefix("benchmark/").replace("/", ".")
        for f in ENGINE_FILES
        if f.parent.name != "benchmark"
    }
    assert rooms == {*FLOORS, "cli"}


def test_the_floors_have_no_circle():
    above: list[str] = []
    for room, below in FLOORS.items():
        assert set(below) <= set(above), room
        above.append(room)


@pytest.mark.parametrize("room", [*FLOORS, "cli"])
def test_every_room_says_what_lives_there_and_what_it_may_import(room):
    entrance = REPOSITORY / "benchmark" / room.replace(".", "/") / "__init__.py"
    text = ast.get_docstring(ast.parse(entrance.read_text()))
    assert text is not None
    assert "May import" in text
    for below in FLOORS.get(room, ()):
        assert below in text or "every room but" in text, below


@pytest.mark.parametrize("file", ENGINE_FILES, ids=name_of)
def test_rooms_import_only_what_lies_below_them(file):
    own = room_of(".".join(file.relative_to(REPOSITORY).with_suffix("").parts))
    for module in imports(file):
        if module.split(".")[0] != "benchmark" or own == "cli":
            continue
        other = room_of(module)
        assert other in {"", own, *FLOORS.get(own, ())}, module


@pytest.mark.parametrize("file", METHOD_FILES, ids=name_of)
def test_methods_import_only_their_contracts(file):
    own = file.relative_to(REPOSITORY).parts[0]
    for module in imports(file):
        top = module.split(".")[0]
        if top == "benchmark":
            assert any(f"{module}.".startswith(f"{name}.") for name in ALLOWED), module
        assert top not in set(PACKAGES) - {own}, module


@pytest.mark.parametrize("file", ENGINE_FILES, ids=name_of)
def test_the_engine_names_no_method(file):
    for module in imports(file):
        if module.split(".")[0] in PACKAGES:
            assert module in PACKAGES or ".base" in module, module
    tree = ast.parse(file.read_text())
    strings = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}
    defaults = {"cstpp", "pynet", "adaptation"} if file.name == "run_config.py" else set()
    assert not strings & ({*mappers.names(), *isp_models.names()} - defaults)

"""Nothing that was read from a file is ever executed."""

import ast
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

PACKAGES = ("benchmark", "isp_models", "mappers", "protocols")
FILES = [f for p in PACKAGES for f in sorted((REPOSITORY / p).rglob("*.py"))]
FORBIDDEN_MODULES = {"cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}
FORBIDDEN_CALLS = {"eval", "exec", "os.system", "yaml.load", "yaml.unsafe_load", "yaml.full_load"}
SAFE_KEYWORD = {"torch.load": ("weights_only", True), "np.load": ("allow_pickle", False)}
UNPACKING = {"extractall", "unpack_archive"}
# The command of `--on-finish`, which the user types and no file can give.
ALLOWED = {"benchmark/running/on_finish.py": ["subprocess.run"]}


def faults(source: str) -> list[str]:
    """What in a source could execute the content of a file."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names]
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found += [n for n in names if n.split(".")[0] in FORBIDDEN_MODULES | UNPACKING]
            if "pickle" in names and ast.unparse(node) != "import pickle":
                found.append("pickle under another name")
        elif isinstance(node, ast.Attribute) and ast.unparse(node).startswith("pickle."):
            if node.attr != "UnpicklingError":  # what torch.load raises
                found.append(ast.unparse(node))
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func).replace("numpy.", "np.")
            keywords = {k.arg: getattr(k.value, "value", None) for k in node.keywords}
            if name in FORBIDDEN_CALLS or name.rsplit(".", 1)[-1] in UNPACKING:
                found.append(name)
            keyword, safe = SAFE_KEYWORD.get(name, ("", None))
            if keyword and keywords.get(keyword) is not safe:
                found.append(f"{name} without {keyword}={safe}")
            if keywords.get("shell") is True or keywords.get("allow_pickle") is True:
                found.append(name)
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(Path(f).relative_to(REPOSITORY)))
def test_files_are_read_without_executing_them(file):
    allowed = ALLOWED.get(str(file.relative_to(REPOSITORY)), [])
    assert faults(file.read_text(encoding="utf-8")) == allowed


@pytest.mark.parametrize(
    "source",
    [
        "import pickle\npickle.load(f)",
        "from pickle import loads",
        "import pickle as p",
        "from joblib import load",
        "torch.load(f)",
        "torch.load(f, weights_only=False)",
        "torch.load(f, weights_only=flag)",
        "np.load(f)",
        "numpy.load(f, mmap_mode='r')",
        "np.load(f, allow_pickle=True)",
        "np.save(f, a, allow_pickle=True)",
        "yaml.load(f)",
        "yaml.load(f, Loader=yaml.SafeLoader)",
        "eval(text)",
        "subprocess.run(text, shell=True)",
        "archive.extractall(folder)",
        "shutil.unpack_archive(file)",
    ],
)
def test_the_test_itself_finds_each_of_them(source):
    assert faults(source)


def test_the_safe_forms_pass():
    assert not faults(
        "torch.load(f, map_location='cpu', weights_only=True)\nnp.load(f, allow_pickle=False)\n"
        "yaml.safe_load(f)\nmodel.load(f)\nmodel.eval()\nimport pickle\npickle.UnpicklingError"
    )

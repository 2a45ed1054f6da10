"""Executes docs/notebook.ipynb; `python -m tests.docs.notebook` writes it with new outputs."""

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from tests.conftest import LIMIT, REPOSITORY

FILE = REPOSITORY / "docs" / "notebook.ipynb"
PRESET = 'preset="quick"'


def read() -> NotebookNode:
    """The notebook as it is in the repository."""
    return nbformat.read(FILE, as_version=4)


def execute(notebook: NotebookNode, folder: str) -> NotebookNode:
    """Executes a notebook in a folder, and drops what differs each time: times and progress."""
    resources = {"metadata": {"path": folder}}
    client = NotebookClient(
        notebook, timeout=int(LIMIT), kernel_name="python3", resources=resources
    )
    client.execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]
    notebook.metadata = {"kernelspec": notebook.metadata.kernelspec}
    return notebook


def main() -> None:
    """Writes the notebook with the outputs of a run in an empty folder."""
    import os
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        os.environ["ISP_BENCH_HOME"] = f"{folder}/home"
        nbformat.write(execute(read(), folder), FILE)


if __name__ == "__main__":
    main()

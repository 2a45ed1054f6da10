"""How `make docs` builds the pages. The source folder is the repository, not `docs/`.

So the README, CONTRIBUTING and results pages are part of the site, and links between them work in
a browser of the repository as well as in the built pages.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmark import __version__  # noqa: E402

project = "ISP-Bench"
author = "The ISP-Bench contributors"
release = version = __version__

root_doc = "docs/index"
include_patterns = [
    "*.md", "docs/*.md", "docs/notebook.ipynb", "results/README.md", "results/speed/table.md",
]  # fmt: skip
exclude_patterns = [".*", "build", "dist", "docs/_build"]
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]

nb_execution_mode = "off"  # a test executes the notebook; the page shows its stored outputs
myst_heading_anchors = 3
myst_enable_extensions = ["attrs_block"]

autodoc_default_options = {
    "members": True,
    "show-inheritance": True,
    "member-order": "bysource",
    "exclude-members": "model_config",
}
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True

html_theme = "pydata_sphinx_theme"
html_title = f"ISP-Bench {release}"
html_theme_options = {"show_prev_next": False, "secondary_sidebar_items": ["page-toc"]}
html_show_sourcelink = False

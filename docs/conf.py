"""Sphinx configuration. The build needs no network; pages load MathJax when they are read."""

from __future__ import annotations

import shutil
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

project = "collapse_theory"
author = "The collapse_theory developers"
copyright = "2026, the collapse_theory developers"
version = release = installed_version("collapse-theory")

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx_design",
    "sphinxcontrib.bibtex",
]
exclude_patterns = ["_build", "**.ipynb_checkpoints", "generated/quantities.md"]
templates_path = ["_templates"]

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

nb_execution_mode = "cache"
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_merge_streams = True
nb_mime_priority_overrides = [("html", "text/markdown", 0)]  # theorems come as Markdown with their formula
nb_render_markdown_format = "myst"

autosummary_generate = True
autodoc_typehints = "none"
toc_object_entries_show_parents = "hide"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

bibtex_bibfiles = ["references.bib"]
bibtex_default_style = "plain"
bibtex_reference_style = "author_year"

html_theme = "pydata_sphinx_theme"
html_title = "collapse_theory"
html_static_path = ["_static"]
html_css_files = ["custom.css"]
html_show_sourcelink = False
PLAIN_PAGES = ("tour", "meanings", "atlas", "notebooks/**", "references", "changelog", "contributing")
html_sidebars = {page: [] for page in PLAIN_PAGES}
html_theme_options = {
    "header_links_before_dropdown": 9,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "show_prev_next": True,
}


def copy_notebooks(app: Any) -> None:
    """Bring the notebooks of the repository under the documentation's root."""
    target = HERE / "notebooks"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(HERE.parent / "notebooks", target, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))


def write_quantities(app: Any) -> None:
    """Table of all quantities and times, from their definitions."""
    from collapse_theory.glossary import DEFINITIONS

    rows = ["| name on a recursion | symbol | what it is |", "|---|---|---|"]
    for definition in DEFINITIONS.values():
        arguments = ", ".join(name for name, _ in definition.arguments)
        name = f"{definition.name}({arguments})" if arguments else definition.name
        symbol = definition.symbol.replace(r"\|", r"\Vert ").replace("|", r"\vert ")
        rows.append(f"| `{name}` | ${symbol}$ | {definition.sentence} |")
    target = HERE / "generated" / "quantities.md"
    target.parent.mkdir(exist_ok=True)
    target.write_text("\n".join(rows) + "\n", encoding="utf-8")


def setup(app: Any) -> dict[str, bool]:
    app.connect("builder-inited", copy_notebooks)
    app.connect("builder-inited", write_quantities)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""What theorems, the documentation and the package say of each other."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import collapse_theory as ct
from collapse_theory import families, regimes, sampling
from collapse_theory.theorems import PAIRS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
FAMILIES_AND_REGIMES = [
    kind for kind in (getattr(ct, name) for name in ct.__all__) if inspect.isclass(kind) and hasattr(kind, "known")
]
THEOREMS = {th.title: th for th in (*(th for kind in FAMILIES_AND_REGIMES for th in kind.known), *PAIRS)}

checkout = pytest.mark.skipif(not DOCS.exists(), reason="needs a checkout")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def keys() -> set[str]:
    return set(re.findall(r"^@\w+\{(\w+),", read("docs/references.bib"), re.MULTILINE))


def test_there_are_theorems_of_every_origin():
    assert len(THEOREMS) > 40
    assert {ct.Gaussian, ct.Replace} <= set(FAMILIES_AND_REGIMES)
    rooms = {*families.__all__, *regimes.__all__, *sampling.__all__}
    assert rooms >= {kind.__name__ for kind in FAMILIES_AND_REGIMES}


def has_a_source(source, known):
    """Whether there is a page or a work of the bibliography, and all of those that are named."""
    pages = re.findall(r"docs/theory/(\w+)", source)
    cited = re.findall(r"\b[a-z]+\d{4}\b", source)
    return bool(pages or cited) and set(cited) <= known and all((DOCS / "theory" / f"{p}.md").exists() for p in pages)


@checkout
def test_the_source_of_every_theorem_exists():
    known = keys()
    assert [title for title, theorem in THEOREMS.items() if not has_a_source(theorem.source, known)] == []
    assert has_a_source("docs/theory/replace", known)
    for wrong in ("", "docs/theory/nothing", "docs/theory/replace; nobody1900"):
        assert not has_a_source(wrong, known)


@checkout
def test_every_page_of_the_theory_is_in_its_table_of_contents():
    listed = re.search(r"```\{toctree\}\n:maxdepth: 1\n\n(.*?)```", read("docs/theory/index.md"), re.DOTALL)
    assert listed
    assert set(listed[1].split()) == {page.stem for page in (DOCS / "theory").glob("*.md")} - {"index"}


@checkout
def test_every_cited_key_is_in_the_bibliography():
    for page in DOCS.rglob("*.md"):
        if "_build" not in page.parts:
            for cited in re.findall(r"\{cite:\w\}`([^`]+)`", page.read_text(encoding="utf-8")):
                assert set(cited.replace(" ", "").split(",")) <= keys(), page


@checkout
def test_the_citation_file_names_every_work_of_the_bibliography():
    citation = read("CITATION.cff")
    for field in ("doi", "eprint"):
        for value in re.findall(rf"^  {field}\s*= \{{(.+?)\}}", read("docs/references.bib"), re.MULTILINE):
            assert value in citation
    assert citation.count("\n  - type: ") == len(keys())


def test_every_public_name_has_a_docstring():
    written = {name: (inspect.getdoc(getattr(ct, name)) or "").splitlines() for name in ct.__all__}
    assert [name for name, lines in written.items() if not (lines and lines[0].strip())] == []


@checkout
def test_every_public_name_is_in_the_reference():
    listed = set(re.findall(r"^   (\w+)(?:\.\w+)?$", read("docs/api.md"), re.MULTILINE))
    assert set(ct.__all__) <= listed


@checkout
def test_the_version_is_the_same_everywhere():
    assert f"\nversion: {ct.__version__}\n" in read("CITATION.cff")
    assert f"## [{ct.__version__}]" in read("CHANGELOG.md")

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


@checkout
@pytest.mark.parametrize("theorem", THEOREMS.values(), ids=THEOREMS.keys())
def test_the_source_of_a_theorem_exists(theorem):
    pages = re.findall(r"docs/theory/(\w+)", theorem.source)
    cited = re.findall(r"\b[a-z]+\d{4}\b", theorem.source)
    assert pages or cited
    for page in pages:
        assert (DOCS / "theory" / f"{page}.md").exists()
    assert set(cited) <= keys()


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


@pytest.mark.parametrize("name", ct.__all__)
def test_every_public_name_has_a_docstring(name):
    lines = (inspect.getdoc(getattr(ct, name)) or "").splitlines()
    assert lines
    assert lines[0].strip()


@checkout
@pytest.mark.parametrize("name", ct.__all__)
def test_every_public_name_is_in_the_reference(name):
    assert re.search(rf"^   {name}(\.\w+)?$", read("docs/api.md"), re.MULTILINE)


@checkout
def test_the_version_is_the_same_everywhere():
    assert f"\nversion: {ct.__version__}\n" in read("CITATION.cff")
    assert f"## [{ct.__version__}]" in read("CHANGELOG.md")

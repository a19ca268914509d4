"""Passages of text drawn from the fitted chains of one run: what refitting does to a text, for the eye."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from math import log
from typing import Any
from unicodedata import category

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collapse_theory import domain
from collapse_theory.domain import COUNT, Choice
from collapse_theory.families import MarkovChain
from collapse_theory.plain_text import counted
from collapse_theory.recursion import Recursion
from collapse_theory.simulation.blocks import Seed, entropy_of
from collapse_theory.text import UNITS, joined

State = tuple[NDArray[Any], ...]

LENGTHS = {"character": 300, "word": 60}
"""States of a passage, where nothing else is said."""
OTHER = "<other>"
NARROWEST = 40
LONGEST_LOOP = 120
"""Characters of a loop that are written out."""
INDENT = "  "


@dataclass(frozen=True)
class Passage:
    """A path through the fitted chain of one generation, as text.

    Parameters
    ----------
    generation : int
        Of which generation.
    entropy_rate : float
        Entropy rate of the chain, in nats.
    states, edges : int
        States and distinct transitions in the data behind the fit.
    text : str
        The path; shorter than asked for where the chain has a dead end.
    loop : str or None
        What a certain chain repeats, as long as it is refitted on nothing but itself.
    """

    generation: int
    entropy_rate: float
    states: int
    edges: int
    text: str
    loop: str | None

    @property
    def head(self) -> str:
        """What is left, in one line."""
        rate = f"entropy rate {self.entropy_rate:.2f} nats ({self.entropy_rate / log(2):.2f} bits)"
        return f"generation {self.generation}: {rate}, {counted(self.states, 'state')}, {counted(self.edges, 'edge')}"

    def summary(self, width: int = 100) -> str:
        """Head, passage and, where there is one, the loop; wrapped to a width in characters."""
        lines = [self.head, *_wrapped(_visible(self.text), width)]
        if self.loop is not None:
            lines += _wrapped(f"repeats {told(self.loop)} again and again", width)
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.summary()


@dataclass(frozen=True)
class Passages:
    """A passage for each of some generations of one simulated run; made by :func:`passages`.

    Parameters
    ----------
    recursion : Recursion
        What was simulated.
    unit : {"character", "word"}
        What the states are.
    seed : int
        Seed of the run and of the passages.
    passages : tuple of Passage
        By ascending generation.
    """

    recursion: Recursion
    unit: str
    seed: int
    passages: tuple[Passage, ...]

    def __iter__(self) -> Iterator[Passage]:
        return iter(self.passages)

    def __len__(self) -> int:
        return len(self.passages)

    def __repr__(self) -> str:
        generations = ", ".join(str(passage.generation) for passage in self)
        return f"<Passages of generations {generations}: {self.recursion!r}, seed {self.seed}>"

    def __str__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        import html

        return f"<pre>{html.escape(self.summary())}</pre>"

    def summary(self, width: int = 100) -> str:
        """All passages, one below the other, wrapped to a width in characters."""
        return "\n\n".join(passage.summary(width) for passage in self)

    def to_dict(self) -> dict[str, Any]:
        """The passages as plain values for strict JSON."""
        return {
            "recursion": repr(self.recursion),
            "unit": self.unit,
            "seed": self.seed,
            "passages": [asdict(passage) for passage in self],
        }


def passages(
    recursion: Recursion,
    generations: ArrayLike = (0, 1, 5, 20, 100),
    *,
    length: int | None = None,
    unit: str | None = None,
    rng: Seed = 0,
) -> Passages:
    """Passages of text, one drawn from the fitted chain of each of some generations of a single run.

    Parameters
    ----------
    recursion : Recursion
        Of a :class:`MarkovChain` whose states are characters or words.
    generations : int or array of int
        At which generations; the same run whatever they are.
    length : int, optional
        States in a passage; by default 300 characters or 60 words.
    unit : {"character", "word"}, optional
        Whether states are joined as characters, or as words with spaces; characters by default where every label is a
        single one.
    rng : int, SeedSequence or Generator
        Seed of the run and of the passages.

    Returns
    -------
    Passages
        They print as text.

    Raises
    ------
    ValueError
        Naming parameter, value and domain: a recursion of another family, no generations, ``length`` below 1.

    Examples
    --------
    >>> chain = ct.MarkovChain.from_text(ct.examples.python_reference())
    >>> recursion = ct.Recursion(chain, ct.Replace(), sample_size=20_000)
    >>> print(ct.passages(recursion, [0, 5, 100], length=200))
    """
    chain = getattr(recursion, "family", None)
    if not isinstance(chain, MarkovChain):
        raise ValueError(f"recursion = {recursion!r} is outside its domain: a Recursion of a MarkovChain")
    kept = np.unique(domain.generations(np.atleast_1d(np.asarray(generations)), "generations")).tolist()
    if not kept:
        raise ValueError(f"generations = {generations!r} is outside its domain: at least one generation")
    kind = unit_of(chain) if unit is None else Choice(UNITS).check("unit", unit)
    steps = LENGTHS[kind] if length is None else COUNT.check("length", length)
    seed = entropy_of(rng)
    runs = recursion.simulate(kept[-1], 1, rng=seed, keep=kept)
    measured = [
        runs.values(quantity)[0] for quantity in (recursion.entropy_rate, recursion.state_count, recursion.edge_count)
    ]
    found = []
    for place, t in enumerate(kept):
        state = tuple(part[:, place] for part in runs.states)
        path = drawn_path(chain, state, steps, np.random.default_rng([seed, t]))
        rate, states, edges = (float(values[place]) for values in measured)
        text, loop = _text(chain, path, kind), loop_after(chain, state, path[-1], kind)
        found.append(Passage(t, rate, int(states), int(edges), text, loop))
    return Passages(recursion, kind, seed, tuple(found))


def unit_of(chain: MarkovChain) -> str:
    """Whether the states of a chain are characters: all labels but the shared one are single, and text."""
    labels = [label for label in chain.states if label != OTHER]
    return "character" if all(isinstance(label, str) and len(label) == 1 for label in labels) else "word"


def drawn_path(chain: MarkovChain, state: State, steps: int, rng: np.random.Generator) -> list[int]:
    """Places of the states in a path of a fitted chain, which begins where the next generation's path would.

    Parameters
    ----------
    chain : MarkovChain
        The family.
    state : tuple of ndarray
        Its state, of one replicate.
    steps : int
        States in the path, which is shorter where the chain has a dead end.
    rng : Generator
        Where chance comes from.
    """
    from collapse_theory.families.markov_chain.measures import models

    fitted = models(chain, state)
    law = np.cumsum((fitted.long_run if chain.start == "stationary" else fitted.begun)[0])
    return _walked(chain, state, int(np.searchsorted(law, rng.random() * law[-1], side="right")), steps, rng)


def loop_after(chain: MarkovChain, state: State, place: int, unit: str) -> str | None:
    """What a certain chain repeats from a state on; None for one that is random, or has a dead end there."""
    from collapse_theory.families.markov_chain.measures import models

    if not models(chain, state).certain[0]:
        return None
    path = _walked(chain, state, place, chain.matrix.states + 1, np.random.default_rng(0))
    if len(path) <= chain.matrix.states:
        return None
    again = path.index(path[-1])
    return _text(chain, _turned(path[again : path.index(path[-1], again + 1)], chain, unit), unit)


def told(loop: str) -> str:
    """A loop in quotation marks, a long one by its beginning and its length."""
    text = _visible(loop)
    return f"'{text}'" if len(text) <= LONGEST_LOOP else f"'{text[:LONGEST_LOOP]}…' ({len(text)} characters)"


def _walked(chain: MarkovChain, state: State, first: int, steps: int, rng: np.random.Generator) -> list[int]:
    """A path from a state, a transition at a time as the family's own loop makes it."""
    from scipy import sparse

    from collapse_theory.families.markov_chain import kernel
    from collapse_theory.families.markov_chain.simulate import prepared

    counts, occupancy, last = (part[0] for part in state)
    model = prepared(chain, sparse.csr_array(counts), occupancy, int(last))
    hits, extra = np.zeros(len(model[0].targets), dtype=np.int64), np.empty((1, 2), dtype=np.int64)
    path = [first]
    while len(path) < steps:
        made, now, _ = kernel.walk(rng, *model, path[-1], 1, hits, extra)
        if not made:
            break
        path.append(int(now))
    return path


def _turned(loop: list[int], chain: MarkovChain, unit: str) -> list[int]:
    """The same loop, begun after its space or, if it has none, with its most frequent state in the source."""
    labels = [chain.states[place] for place in loop]
    if unit == "character" and " " in labels:
        first = labels.index(" ") + 1
    else:
        first = loop.index(max(loop, key=lambda place: float(chain.stationary[place])))
    return loop[first:] + loop[:first]


def _text(chain: MarkovChain, path: list[int], unit: str) -> str:
    return joined((str(chain.states[place]) for place in path), unit)


def _visible(text: str) -> str:
    """A text in which a control character, which a terminal would obey, is a dot."""
    return "".join("·" if category(character) == "Cc" else character for character in text)


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(
        text,
        max(width, NARROWEST),
        initial_indent=INDENT,
        subsequent_indent=INDENT,
        break_on_hyphens=False,
    )

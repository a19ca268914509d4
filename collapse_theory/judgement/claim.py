"""A claim: a sentence about model collapse with a margin, a number that is positive where it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from collapse_theory.domain import Choice, Domain
from collapse_theory.errors import NotDefined
from collapse_theory.simulation.blocks import Seed
from collapse_theory.theorem import Check

if TYPE_CHECKING:
    from collapse_theory.judgement.verdict import Verdict

Status = Literal["PROVED", "HOLDS", "REFUTED", "UNDECIDED"]
STATUSES: tuple[Status, ...] = get_args(Status)
NOT_NEGATIVE = Domain(low=0)
Statistic = Literal[
    "mean",
    "median",
    "standard deviation",
    "law",
    "one run",
    "almost every run",
    "mean square",
    "population",
    "constant",
    "",
]


@dataclass(frozen=True, eq=False)
class Claim:
    """A sentence with a margin; :meth:`check` gives its verdict.

    Parameters
    ----------
    statement : str
        The claim in words.
    cases : Cases, sequence or SearchStrategy
        For which the claim is made. A finite domain is run through in its order, so that the first counterexample is
        the smallest; of a strategy of Hypothesis, a counterexample is shrunk.
    margin : callable
        ``margin(case)``: a number, positive where the claim holds. Ints, Fractions and constants of sympy are exact,
        floats exact up to rounding; a :class:`SimulatedMargin` is judged from runs.
    then : SearchStrategy, optional
        Further cases, looked for after a finite domain.
    proof : callable, optional
        Runs a symbolic check, an exhaustive enumeration or ball arithmetic now, and returns its steps.
    complete : bool
        Whether the finite domain is all that the claim is about: it is then proved when every margin in it is exact
        and positive.
    boundary : {"fails", "holds"}
        What a margin of 0 means.
    resolution : float
        Floats this near to 0 decide nothing.
    expected : {"PROVED", "HOLDS", "REFUTED", "UNDECIDED"}, optional
        The verdict that is known.
    number : str
        Its number in the catalogue, such as ``"A12"``.
    said : str
        Who says so, and where.
    statistic : str
        Which statistic over runs it is about.
    precisely : str
        What is claimed of which family, regime and estimator, and what the margin is.
    because : str
        Why the verdict is as it is.
    true_when : str
        The condition under which a refuted claim is true.
    corrected : Claim, optional
        The claim under that condition.
    name : str
        Where it stands in the catalogue, which says so itself.

    Raises
    ------
    ValueError
        For a margin that cannot be called, cases that are none, or a word that is not among the choices.
    """

    statement: str
    cases: Any
    margin: Callable[[Any], Any]
    _: KW_ONLY
    then: Any = None
    proof: Callable[[], Iterable[Check]] | None = None
    complete: bool = False
    boundary: Literal["fails", "holds"] = "fails"
    resolution: float = 1e-12
    expected: Status | None = None
    number: str = ""
    said: str = ""
    statistic: Statistic = ""
    precisely: str = ""
    because: str = ""
    true_when: str = ""
    corrected: Claim | None = None
    name: str = ""

    def __post_init__(self) -> None:
        from hypothesis.strategies import SearchStrategy

        if not isinstance(self.statement, str):
            raise ValueError(f"statement = {self.statement!r} is outside its domain: a sentence")
        if not callable(self.margin):
            raise ValueError(f"margin = {self.margin!r} is outside its domain: a function of one case")
        once = isinstance(self.cases, Iterator | Set) or not isinstance(self.cases, Iterable)
        if once and not isinstance(self.cases, SearchStrategy):  # run through once, or in no order
            domain = "ct.Cases, a sequence of cases, or a strategy such as ct.strategies.recursions()"
            raise ValueError(f"cases = {self.cases!r} is outside its domain: {domain}")
        if self.then is not None and not isinstance(self.then, SearchStrategy):
            raise ValueError(f"then = {self.then!r} is outside its domain: a strategy of Hypothesis")
        if self.proof is not None and not callable(self.proof):
            raise ValueError(f"proof = {self.proof!r} is outside its domain: a function without arguments")
        if not isinstance(self.corrected, Claim | None):
            raise ValueError(f"corrected = {self.corrected!r} is outside its domain: a ct.Claim")
        Choice((True, False)).check("complete", self.complete)
        NOT_NEGATIVE.check("resolution", self.resolution)
        if self.complete and (self.then is not None or isinstance(self.cases, SearchStrategy)):
            raise ValueError("complete = True is outside its domain: False, unless the cases are a finite domain alone")
        Choice(("fails", "holds")).check("boundary", self.boundary)
        Choice(get_args(Statistic)).check("statistic", self.statistic)
        Choice((*STATUSES, None)).check("expected", self.expected)

    def check(self, *, budget: int = 300, runs: int = 200_000, alpha: float = 1e-6, rng: Seed = None) -> Verdict:
        """Verdict on the claim, the same in every call.

        Parameters
        ----------
        budget : int
            Cases to look at, in the finite domain and again in the strategy.
        runs : int
            Observations to spend on a simulated case.
        alpha : float
            Probability of a wrong word about any of the simulated cases, at most.
        rng : int, SeedSequence or Generator, optional
            Seed of the simulated cases; follows from the statement when left out.

        Returns
        -------
        Verdict
            PROVED where the proof ran now and came out; REFUTED with a counterexample; HOLDS where no case looked at
            is one; UNDECIDED where a margin cannot be told from 0, and why.

        Raises
        ------
        MarginError
            When the margin of a case raises, or is no number.
        """
        from collapse_theory.judgement.search import verdict_on

        return verdict_on(self, budget=budget, runs=runs, alpha=alpha, rng=rng)

    def as_told(self) -> str:
        """The statement, in quotes, with its number and who says so."""
        number = f"{self.number} " if self.number else ""
        return f"{number}“{self.statement}”{f' ({self.said})' if self.said else ''}"

    def __repr__(self) -> str:
        return f"<Claim: {self.as_told()}>"

    def _repr_html_(self) -> str:
        from collapse_theory.judgement.report import claim_as_html

        return claim_as_html(self)


@dataclass(frozen=True)
class NotAClaim:
    """A sentence in the catalogue to which no margin can be given, with the reason.

    Parameters
    ----------
    statement : str
        The sentence.
    reason : str
        Why it is not a mathematical claim.
    number, said, name : str
        Its number in the catalogue; who says so, and where; its name there.
    """

    statement: str
    reason: str
    number: str = ""
    said: str = ""
    name: str = ""

    @property
    def corrected(self) -> None:
        """Nothing: there is no condition under which it becomes a claim."""

    def check(self, **_: Any) -> Verdict:
        """Nothing to check; raises NotDefined with the reason."""
        raise NotDefined(f"“{self.statement}” is not a mathematical claim: {self.reason}")

    def __repr__(self) -> str:
        return f"<NotAClaim: “{self.statement}”: {self.reason}>"

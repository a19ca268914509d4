"""Where a parameter lives: one object that validates it, describes it, and feeds the strategies."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Generations = NDArray[np.int64]


@dataclass(frozen=True)
class Domain:
    """An interval of the reals or of the integers.

    Parameters
    ----------
    low, high : float
        Ends of the interval.
    open_low, open_high : bool
        Whether an end is excluded; infinite ends always are.
    integer : bool
        Whether only whole numbers belong to it.
    typical : tuple of float
        Ends of the range in which examples are looked for.
    """

    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False
    integer: bool = False
    typical: tuple[float, float] = (-math.inf, math.inf)

    def __str__(self) -> str:
        left = "(" if self.open_low or self.low == -math.inf else "["
        right = ")" if self.open_high or self.high == math.inf else "]"
        kind = "an integer" if self.integer else "a real number"
        return f"{kind} in {left}{self.low:g}, {self.high:g}{right}"

    def __contains__(self, value: object) -> bool:
        if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
            return False
        try:
            number = float(value)
        except OverflowError:
            return False
        if not math.isfinite(number) or (self.integer and number != math.floor(number)):
            return False
        above = number > self.low if self.open_low else number >= self.low
        below = number < self.high if self.open_high else number <= self.high
        return above and below

    def check(self, name: str, value: Any) -> Any:
        """Value as a plain int or float.

        Raises
        ------
        ValueError
            Naming the parameter, the value and the domain, when the value lies outside.
        """
        if value not in self:
            raise ValueError(f"{name} = {value!r} is outside its domain: {self}")
        return int(value) if self.integer else float(value)


@dataclass(frozen=True)
class Choice:
    """A choice among names."""

    names: tuple[Any, ...]

    def __str__(self) -> str:
        told = list(map(repr, self.names))
        if len(told) > MOST_NAMES:
            told = [*told[: MOST_NAMES - 1], f"… ({len(told)} in all)"]
        return f"one of {', '.join(told)}"

    def check(self, name: str, value: Any) -> Any:
        """Value if it is among the names; ValueError naming parameter, value and domain otherwise.

        True and False are no names for 1 and 0.
        """
        found = not isinstance(value, np.ndarray) and value in self.names
        if not found or (isinstance(value, bool) and not any(one is value for one in self.names)):
            raise ValueError(f"{name} = {value!r} is outside its domain: {self}")
        return value


@dataclass(frozen=True, init=False)
class InstanceOf:
    """An instance of one of a few classes, or None where it is optional."""

    kinds: tuple[type, ...]
    optional: bool = False

    def __init__(self, *kinds: type, optional: bool = False) -> None:
        object.__setattr__(self, "kinds", kinds)
        object.__setattr__(self, "optional", optional)

    def __str__(self) -> str:
        names = [*(f"ct.{kind.__name__}" for kind in self.kinds), *(["None"] if self.optional else [])]
        return f"an instance of {', '.join(names)}"

    def check(self, name: str, value: Any) -> Any:
        """Value if it is an instance; ValueError naming parameter, value and domain otherwise."""
        if not isinstance(value, self.kinds):
            raise ValueError(f"{name} = {value!r} is outside its domain: {self}")
        return value


@dataclass(frozen=True)
class Subset:
    """One or more distinct members of a choice; a single one may stand by itself."""

    of: Choice

    def __str__(self) -> str:
        return f"one or more of {str(self.of).removeprefix('one of ')}, each once"

    @property
    def names(self) -> tuple[tuple[Any, ...], ...]:
        """A typical subset: two of them, fewer than all."""
        return (self.of.names[: max(1, min(2, len(self.of.names) - 1))],)

    def check(self, name: str, value: Any) -> tuple[Any, ...]:
        """Members as a tuple; ValueError naming parameter, value and domain otherwise."""
        value = value.tolist() if isinstance(value, np.ndarray) else value
        single = isinstance(value, (str, bytes)) or not isinstance(value, Iterable)
        single = single or (isinstance(value, Hashable) and value in self.of.names)
        members = (value,) if single else tuple(value)
        for member in members:
            self.of.check(name, member)
        if not members or len(set(members)) < len(members):
            raise ValueError(f"{name} = {value!r} is outside its domain: {self}")
        return members


@dataclass(frozen=True)
class OfFamily:
    """A domain that the family decides: its attribute of this name, such as the labels of its states, or several."""

    name: str
    several: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class Course:
    """A number of a domain, or one for each generation from the first on, of which the last one stays."""

    of: Domain

    def __str__(self) -> str:
        return f"{self.of}, or such numbers for generations 1, 2, …"

    def check(self, name: str, value: Any) -> Any:
        """Value as a number, or as a tuple of them; ValueError naming parameter, value and domain otherwise."""
        value = value.item() if isinstance(value, np.ndarray) and value.ndim == 0 else value
        if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
            if value not in self.of:
                raise ValueError(f"{name} = {value!r} is outside its domain: {self}")
            return self.of.check(name, value)
        numbers = tuple(self.of.check(f"{name}[{i}]", one) for i, one in enumerate(value))
        if not numbers:
            raise ValueError(f"{name} = {value!r} is outside its domain: {self}")
        return numbers if len(numbers) > 1 else numbers[0]


@dataclass(frozen=True)
class NumberOrName:
    """A number of a domain, or one of a few names."""

    of: Domain
    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.of}, or one of {', '.join(map(repr, self.names))}"

    def check(self, name: str, value: Any) -> Any:
        """Value as a number or as one of the names; ValueError naming parameter, value and domain otherwise."""
        if isinstance(value, str) and value in self.names:
            return value
        if value not in self.of:
            raise ValueError(f"{name} = {value!r} is outside its domain: {self}")
        return self.of.check(name, value)


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    def __str__(self) -> str:
        return "True or False"

    def check(self, name: str, value: Any) -> bool:
        """Value as a bool; ValueError naming parameter, value and domain for anything else, 0 and 1 included."""
        if not isinstance(value, (bool, np.bool_)):
            raise ValueError(f"{name} = {value!r} is outside its domain: {self}")
        return bool(value)


Where = Domain | Choice | NumberOrName | InstanceOf | Course | Flag

MOST_NAMES = 12
"""Names of a choice that are written out."""

REAL = Domain(typical=(-10, 10))
POSITIVE = Domain(low=0, open_low=True, typical=(0.01, 100))
SCALE = Domain(low=1e-150, high=1e150, typical=(0.01, 100))
"""Positive numbers whose squares are floats."""
COUNT = Domain(low=1, high=2**53, integer=True, typical=(1, 100))
SHARE = Domain(low=0, high=1)
POSITIVE_SHARE = Domain(low=0, high=1, open_low=True)
PROBABILITY = Domain(low=0, high=1, open_low=True, open_high=True)
GENERATION = Domain(low=0, high=2**53, integer=True)


def inside(domain: Where) -> Mapping[str, Any]:
    """Metadata that gives a dataclass field its domain, as in ``field(default=1.0, metadata=inside(POSITIVE))``."""
    return {"domain": domain}


def domains(parametrised: Any) -> Mapping[str, Where]:
    """Domains of the fields of a frozen dataclass, or of an instance of it, by name."""
    return {f.name: f.metadata["domain"] for f in fields(parametrised) if "domain" in f.metadata}


def check_parameters(parametrised: Any) -> None:
    """Replace the fields of a frozen dataclass by plain numbers inside their domains; a default None may stay.

    Raises
    ------
    ValueError
        Naming parameter, value and domain.
    """
    needed = {f.name for f in fields(parametrised) if f.default is not None}
    for name, domain in domains(parametrised).items():
        value = getattr(parametrised, name)
        if value is not None or isinstance(domain, Choice) or name in needed:
            object.__setattr__(parametrised, name, domain.check(name, value))


def construction(parametrised: Any) -> str:
    """The code that makes an instance: numbers always, options only where they are not the default."""
    given = []
    for f in fields(parametrised):
        value = getattr(parametrised, f.name)
        if value is not None and not (isinstance(value, str) and value == f.default):
            given.append(f"{f.name}={written(value)}")
    return f"ct.{type(parametrised).__name__}({', '.join(given)})"


def written(value: Any) -> str:
    """A parameter as code, whole numbers without a decimal point."""
    return repr(value).removesuffix(".0") if isinstance(value, float) else repr(value)


def real_numbers(name: str, values: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Values as an array of floats, of any shape and not yet looked at; ValueError for what are no numbers."""
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{name} = {values!r:.80} is outside its domain: real numbers") from None


def generations(t: ArrayLike, name: str = "t") -> Generations:
    """Generations as an int64 array of the shape of the input.

    Raises
    ------
    ValueError
        For a negative or fractional generation, naming the first one.
    """
    array = np.asarray(t)
    if array.dtype == bool or array.dtype.kind not in "iuf":
        raise ValueError(f"{name} = {t!r} is outside its domain: {GENERATION}")
    bad = ~np.isfinite(array) | (array < 0) | (array != np.floor(array)) | (array > GENERATION.high)
    if np.any(bad):
        first = array[bad].flat[0].item() if array.ndim else array.item()
        raise ValueError(f"{name} = {first!r} is outside its domain: {GENERATION}")
    return array.astype(np.int64)


def generation(t: Any) -> int:
    """A single generation; ValueError for what is none, or several."""
    array = generations(t)
    if array.ndim:
        raise ValueError(f"t = {t!r} is outside its domain: one generation, not an array")
    return int(array)


def interval(name: str, value: ArrayLike, low: float = -math.inf, high: float = math.inf) -> Array:
    """Value as an array of numbers in [low, high], infinite ends included.

    Raises
    ------
    ValueError
        Naming the parameter, the first value outside, NaN included, and the interval.
    """
    array = np.asarray(value, dtype=np.float64)
    outside = ~((array >= low) & (array <= high))
    if np.any(outside):
        raise ValueError(f"{name} = {array[outside].flat[0]} is outside its domain: [{low:g}, {high:g}]")
    return array


def plain(value: Any) -> Any:
    """Value as a plain number when it has no axes, else as an array."""
    array = np.asarray(value)
    return array if array.ndim else array.item()


def elementwise(function: Callable[[Any], Any], value: ArrayLike) -> Any:
    """Values of a function of one-dimensional arrays: a plain number for a number, else of the shape of the input."""
    array = np.asarray(value)
    return plain(np.asarray(function(array.ravel())).reshape(array.shape))


def whole(name: str, value: float, why: str) -> int:
    """Value as an int; ValueError with the reason when it is not a whole number."""
    nearest = round(value)
    if abs(value - nearest) > 1e-9 * max(1.0, abs(value)):
        raise ValueError(f"{name} = {value:.12g} is not a whole number: {why}")
    return nearest


class AsCode:
    """The ``_repr_pretty_`` of objects that print as the code that makes them.

    IPython asks the class for it, with the object as an argument; Hypothesis asks the object, which may be the class.
    """

    def __get__(self, instance: Any, owner: type) -> Callable[..., None]:
        def write(*asked: Any) -> None:
            subject, printer = (owner if instance is None else instance, *asked[:1]) if len(asked) == 2 else asked[:2]
            printer.text(repr(subject))

        return write

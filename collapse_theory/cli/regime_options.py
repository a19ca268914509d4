"""Command-line options that the parameters of the regimes give: a new regime has its own without an edit."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collapse_theory.domain import Where
    from collapse_theory.regimes import Regime


RESERVED = frozenset({"data"})
"""What messages call the file, in every command: no option of a regime has this name."""


class Several(click.ParamType):  # type: ignore[type-arg]
    """A number, or several that are separated by commas."""

    name = "numbers"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number, or a tuple of them; ValueError for what is none."""
        try:
            numbers = tuple(map(float, str(value).split(",")))
        except ValueError as wrong:
            name = "value" if param is None else param.human_readable_name
            domain = "a number, or several separated by commas, such as 0,0.1,0.35"
            raise ValueError(f"{name} = {value!r} is outside its domain: {domain}") from wrong
        return numbers if len(numbers) > 1 else numbers[0]


class RegimeCommand(click.Command):
    """A command that makes its ``--regime`` from the options that the parameters of all regimes give it."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The options of the command, and after ``--regime`` those of the regimes."""
        own = super().get_params(ctx)
        names = (name for param in own for name in (param.name or "", *param.opts))
        taken = {*RESERVED, *(name.lstrip("-").replace("-", "_") for name in names)}
        after = 1 + next(place for place, param in enumerate(own) if param.name == "regime")
        return [*own[:after], *_options(taken), *own[after:]]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options of the command, then every regime with its own, and what they mean."""
        params = self.get_params(ctx)
        own = [param for param in params if isinstance(param, click.Option) and not isinstance(param, RegimeOption)]
        with formatter.section("Options"):
            formatter.write_dl([record for param in own if (record := param.get_help_record(ctx))])
        with formatter.section("Regimes, and their options"):
            formatter.write_dl(list(_told(ctx, [param for param in params if isinstance(param, RegimeOption)])))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """What the parser leaves; the parameter ``regime`` becomes the regime itself."""
        rest = super().parse_args(ctx, args)
        options = [param for param in self.get_params(ctx) if isinstance(param, RegimeOption)]
        values = [(option, ctx.params.pop(option.human_readable_name, None)) for option in options]
        if not ctx.resilient_parsing:
            ctx.params["regime"] = _regime(ctx.params["regime"], values)
        return rest

    def invoke(self, ctx: click.Context) -> Any:
        """Outcome of the command; an error that advises another regime says its option."""
        try:
            return super().invoke(ctx)
        except ValueError as wrong:
            message = str(wrong)
            for name, kind in import_module("collapse_theory.regimes").named().items():
                message = message.replace(f"use {kind.__name__} ", f"use --regime {name} ")
            raise ValueError(message) from wrong


@dataclass(frozen=True)
class Place:
    """A parameter of a regime, or of a part of it.

    Parameters
    ----------
    part : str
        Name of the parameter of the regime of which it is one; empty for one of the regime itself.
    name : str
        Its own name.
    of : type
        The class of which it is a parameter.
    domain : Where
        Where it lives.
    """

    part: str
    name: str
    of: type
    domain: Where


class RegimeOption(click.Option):
    """The option that gives one parameter of some regimes, those by their names."""

    def __init__(self, name: str, places: Mapping[type[Regime], Place]) -> None:
        place, flag = next(iter(places.values())), f"--{name.replace('_', '-')}"
        kind = _type(place.domain)
        written = f"{flag}/--no-{flag.removeprefix('--')}" if kind is bool else flag
        super().__init__(
            [written, name], type=None if kind is bool else kind, metavar=_metavar(place.domain), default=None
        )
        self.places = places

    @property
    def spelled(self) -> str:
        """The option as a sentence names it."""
        return " or ".join([*self.opts, *self.secondary_opts])


def _places(kind: type) -> Iterator[Place]:
    """Parameters of a regime that have options; in place of one that is a part of its own, the parameters of that."""
    from collapse_theory.domain import InstanceOf, domains

    for name, domain in domains(kind).items():
        if not isinstance(domain, InstanceOf):
            yield Place("", name, kind, domain)
        elif len(domain.kinds) == 1:
            (part,) = domain.kinds
            yield from (Place(name, inner, part, place) for inner, place in domains(part).items())


def _options(taken: set[str]) -> Iterator[RegimeOption]:
    """An option for each parameter of each regime, shared by those that mean it alike, unless its name is taken."""
    named = import_module("collapse_theory.regimes").named()
    owners: dict[tuple[str, Any], dict[type[Regime], Place]] = {}
    for kind in named.values():
        for place in _places(kind):
            owners.setdefault((place.name, _type(place.domain)), {})[kind] = place
    for (parameter, _), places in owners.items():
        if parameter in taken:
            for regime, kind in named.items():
                if kind in places:
                    yield RegimeOption(f"{regime.replace('-', '_')}_{parameter}", {kind: places[kind]})
        else:
            taken = taken | {parameter}
            yield RegimeOption(parameter, places)


def _type(domain: Where) -> Any:
    """Type of the value of an option, by which options of one name are told apart."""
    from collapse_theory.domain import Course, Domain, Flag

    if isinstance(domain, Domain):
        return int if domain.integer else float
    return bool if isinstance(domain, Flag) else SEVERAL if isinstance(domain, Course) else str


SEVERAL = Several()


def _metavar(domain: Where) -> str | None:
    from collapse_theory.domain import Choice

    if isinstance(domain, Choice):
        return f"[{'|'.join(map(str, domain.names))}]"
    return {int: "INTEGER", float: "NUMBER", SEVERAL: "NUMBER[,NUMBER...]"}.get(_type(domain))


def _told(ctx: click.Context, options: Sequence[RegimeOption]) -> Iterator[tuple[str, str]]:
    """Name and story of every regime, and below it what its options mean."""
    for name, kind in import_module("collapse_theory.regimes").named().items():
        yield name, f"{_first_line(kind)}."
        for option in options:
            if kind in option.places:
                record = option.get_help_record(ctx)
                assert record is not None
                yield f"  {record[0]}", _meaning(option.places[kind])


def _first_line(kind: type) -> str:
    return (inspect.getdoc(kind) or kind.__name__).split("\n", 1)[0].rstrip(".")


def _meaning(place: Place) -> str:
    """First sentence of what the docstring says of a parameter; its domain where it says nothing."""
    found = re.search(rf"^{place.name} : .*\n((?: +.*\n?)+)", inspect.getdoc(place.of) or "", re.MULTILINE)
    if found is None:
        return f"{str(place.domain)[:1].upper()}{str(place.domain)[1:]}."
    words = " ".join(found[1].split()).replace("``", "")
    return f"{words.split('. ', 1)[0].rstrip('.')}."


def _regime(kind: type[Regime], values: Sequence[tuple[RegimeOption, Any]]) -> Regime:
    """The regime from the values of all options; ValueError for one that it lacks, and for one that it needs."""
    own = {
        (option.places[kind].part, option.places[kind].name): option for option, _ in values if kind in option.places
    }
    given: dict[str, dict[str, Any]] = {"": {}}
    for option, value in values:
        if value is None:
            continue
        if kind not in option.places:
            name, takes = option.human_readable_name, ", ".join(one.human_readable_name for one in own.values())
            raise ValueError(
                f"{name} = {value!r} has no meaning for {kind.__name__}: its options are {takes or 'none'}"
            )
        place = option.places[kind]
        given.setdefault(place.part, {})[place.name] = value
    parts = {part: place.of for option in own.values() if (part := (place := option.places[kind]).part)}
    for part, of in parts.items():
        if part in given:
            given[""][part] = _made(of, part, given[part], own)
    regime: Regime = _made(kind, "", given[""], own)
    return regime


def _made(kind: type, part: str, given: Mapping[str, Any], own: Mapping[tuple[str, str], RegimeOption]) -> Any:
    """An instance of a regime, or of a part of it; ValueError for what it needs, in the words of the options."""
    for field in fields(kind):
        if field.name not in given and field.default is MISSING and field.default_factory is MISSING:
            inner = [option.human_readable_name for (of, _), option in own.items() if of == field.name]
            raise ValueError(_missing(kind, field, own.get((part, field.name)), inner))
    try:
        return kind(**given)
    except ValueError as wrong:
        message, mine = str(wrong), {name: option for (of, name), option in own.items() if of == part}
        if not given:
            options = " or ".join(option.spelled for option in mine.values())
            raise ValueError(f"{kind.__name__} needs {options}") from wrong
        for name, option in mine.items():
            told, needed = option.human_readable_name, f"{name} = None is outside its domain: "
            if message.startswith(needed):
                domain = option.spelled if option.is_bool_flag else message.removeprefix(needed)
                message = f"{told} is missing, which {kind.__name__} needs: {domain}"
            message = re.sub(rf"(?<!\w){name}(?= = )", told, message)
        raise ValueError(message) from wrong


def _missing(kind: type, field: Any, option: RegimeOption | None, inner: Sequence[str]) -> str:
    """Message about a parameter that has to be given, or about a part that has parameters of its own."""
    name = field.name if option is None else option.human_readable_name
    domain: Any = ", ".join(inner) if option is None else field.metadata["domain"]
    if option is not None and option.is_bool_flag:
        domain = option.spelled
    return f"{name} is missing, which {kind.__name__} needs: {domain or 'a value only Python can give'}"

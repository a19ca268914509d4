"""Command-line options that the parameters of the regimes give: a new regime has its own without an edit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collapse_theory.domain import Choice, Domain, InstanceOf
    from collapse_theory.regimes import Regime


class RegimeCommand(click.Command):
    """A command that makes its ``--regime`` from the options that the parameters of all regimes give it."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The options of the command, and after ``--regime`` those of the regimes."""
        own = super().get_params(ctx)
        taken = {name.lstrip("-").replace("-", "_") for param in own for name in (param.name or "", *param.opts)}
        after = 1 + next(place for place, param in enumerate(own) if param.name == "regime")
        return [*own[:after], *_options(taken), *own[after:]]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """What the parser leaves; the parameter ``regime`` becomes the regime itself."""
        rest = super().parse_args(ctx, args)
        options = [param for param in self.get_params(ctx) if isinstance(param, RegimeOption)]
        values = [(option, ctx.params.pop(option.human_readable_name, None)) for option in options]
        if not ctx.resilient_parsing:
            ctx.params["regime"] = _regime(ctx.params["regime"], values)
        return rest

    def invoke(self, ctx: click.Context) -> Any:
        """Outcome of the command; a ValueError that advises another regime says its option."""
        try:
            return super().invoke(ctx)
        except ValueError as wrong:
            message = str(wrong)
            for name, kind in import_module("collapse_theory.regimes").named().items():
                message = message.replace(f"use {kind.__name__} ", f"use --regime {name} ")
            raise ValueError(message) from wrong


class RegimeOption(click.Option):
    """The option that gives one parameter of some regimes, those by their names."""

    def __init__(self, option: str, parameter: str, kinds: Mapping[str, type[Regime]]) -> None:
        from collapse_theory.domain import domains

        owners: dict[Domain | Choice | InstanceOf, list[str]] = {}
        for regime, kind in kinds.items():
            owners.setdefault(domains(kind)[parameter], []).append(regime)
        words = "; ".join(f"{' and '.join(regimes)}: {domain}" for domain, regimes in owners.items())
        type_ = _type(next(iter(owners)))
        metavar = {int: "INTEGER", float: "NUMBER"}.get(type_, "NAME")
        super().__init__([f"--{option.replace('_', '-')}", option], type=type_, metavar=metavar, help=f"For {words}.")
        self.parameter = parameter
        self.kinds = kinds


def _options(taken: set[str]) -> Iterator[RegimeOption]:
    """An option for each parameter of each regime, shared by those that mean it alike, unless its name is taken."""
    from collapse_theory.domain import domains

    owners: dict[tuple[str, type], dict[str, type[Regime]]] = {}
    for regime, kind in import_module("collapse_theory.regimes").named().items():
        for parameter, domain in domains(kind).items():
            owners.setdefault((parameter, _type(domain)), {})[regime] = kind
    for (parameter, _), kinds in owners.items():
        if parameter in taken:
            for regime, kind in kinds.items():
                yield RegimeOption(f"{regime.replace('-', '_')}_{parameter}", parameter, {regime: kind})
        else:
            taken = taken | {parameter}
            yield RegimeOption(parameter, parameter, kinds)


def _type(domain: Domain | Choice | InstanceOf) -> type:
    integer: bool | None = getattr(domain, "integer", None)
    return str if integer is None else int if integer else float


def _regime(kind: type[Regime], values: Sequence[tuple[RegimeOption, Any]]) -> Regime:
    """The regime from the values of all options; ValueError for one that it lacks, and for one that it needs."""
    own = {option.parameter: option.human_readable_name for option, _ in values if kind in option.kinds.values()}
    given = {}
    for option, value in values:
        if value is None:
            continue
        if kind not in option.kinds.values():
            name, takes = option.human_readable_name, ", ".join(own.values()) or "none"
            raise ValueError(f"{name} = {value!r} has no meaning for {kind.__name__}: its options are {takes}")
        given[option.parameter] = value
    for field in fields(kind):  # type: ignore[arg-type]
        if field.name not in given and field.default is MISSING and field.default_factory is MISSING:
            name, domain = own.get(field.name, field.name), field.metadata.get("domain", "a value only Python can give")
            raise ValueError(f"{name} is missing, which {kind.__name__} needs: {domain}")
    try:
        return kind(**given)
    except ValueError as wrong:
        if given:
            raise
        options = " or ".join(f"--{name.replace('_', '-')}" for name in own.values())
        raise ValueError(f"{kind.__name__} needs {options}") from wrong

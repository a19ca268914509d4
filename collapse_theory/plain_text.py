"""Plain text: what rich prints, the same in a terminal, in a file and in a notebook; numbers of things in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType


def plain_text(shown: RenderableType, width: int) -> str:
    """A table, or whatever rich prints, in lines of at most so many characters, without colours."""
    from io import StringIO

    from rich.console import Console

    text = StringIO()
    console = Console(
        file=text, width=width, color_system=None, force_terminal=False, force_jupyter=False, legacy_windows=False
    )
    console.print(shown)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())


def counted(number: int, what: str) -> str:
    """A number of things, in words."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"

"""Names of classes on the command line and in files."""

from __future__ import annotations

import re
from typing import TypeVar

Kind = TypeVar("Kind")


def by_name(*kinds: type[Kind]) -> dict[str, type[Kind]]:
    """Classes under their names in kebab-case: ``"fresh-mixture"`` for ``FreshMixture``."""
    return {re.sub(r"(?<=.)(?=[A-Z])", "-", kind.__name__).lower(): kind for kind in kinds}

"""Small data sets that come with the package, and a text that comes with Python.

``michelson_1879.csv``: the hundred measurements of the velocity of light in air that A. A. Michelson made in
June and July 1879, in five experiments of twenty consecutive runs, in km/s less 299 000. Source: Michelson
(1880), Experimental determination of the velocity of light, Astronomical Papers 1, 109–145 (key michelson1880),
with the values and the grouping as tabulated by Stigler (1977), Annals of Statistics 5, 1055–1098 (key stigler1977),
and known from the data set ``morley`` of R. Their mean is 852.4, their standard deviation (ddof = 1) 79.01.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def path(name: str) -> Path:
    """Path of an installed data file.

    Parameters
    ----------
    name : str
        File name, such as ``"michelson_1879.csv"``.

    Raises
    ------
    ValueError
        For a name that is not among the files, which the message lists.
    """
    from importlib.resources import files

    folder = Path(str(files("collapse_theory") / "data"))
    names = sorted(file.name for file in folder.glob("*.csv"))
    if name not in names:
        raise ValueError(f"name = {name!r} is outside its domain: one of {', '.join(map(repr, names))}")
    return folder / name


def michelson_1879() -> NDArray[np.float64]:
    """Velocity of light in km/s less 299 000, shape ``(100,)``, in the order of measurement (michelson1880)."""
    import numpy as np

    return np.loadtxt(path("michelson_1879.csv"), delimiter=",", skiprows=1, usecols=2)


def python_reference() -> str:
    """Language reference that every Python carries, over 60 000 words.

    The topics of ``pydoc_data.topics`` in alphabetical order, joined by blank lines. The text depends on the version
    of Python, and so does every number that is found from it.
    """
    from pydoc_data.topics import topics

    return "\n\n".join(topics[title] for title in sorted(topics))

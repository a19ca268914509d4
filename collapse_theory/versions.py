"""Versions of the package and of what it stands on, for reports."""

from __future__ import annotations

DEPENDENCIES = (
    "numpy",
    "scipy",
    "sympy",
    "mpmath",
    "numba",
    "python-flint",
    "matplotlib",
    "rich",
    "click",
    "hypothesis",
    "regex",
    "pandas",
    "scikit-learn",
)


def version_of(distribution: str) -> str:
    """Version of an installed distribution, or ``"not installed"``."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return "not installed"


def versions() -> dict[str, str]:
    """Versions by name: the package, Python, the platform, the dependencies."""
    import platform

    return {
        "collapse-theory": version_of("collapse-theory"),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "platform": f"{platform.system()} {platform.machine()}",
        **{name: version_of(name) for name in DEPENDENCIES},
    }


def show_versions() -> None:
    """Print :func:`versions` as an aligned table."""
    import sys

    table = versions()
    width = max(map(len, table))
    sys.stdout.write("".join(f"{name:<{width}}  {version}\n" for name, version in table.items()))

"""Seconds that a fresh process needs: to import, to say --help, to its first number."""

from __future__ import annotations

import shutil
import subprocess
import sys

from interleaved import at_most, rounds, show

FIRST_NUMBER = (
    "import collapse_theory as ct; ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=10).variance.mean(100)"
)


def process(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def main() -> None:
    script = shutil.which("collapse-theory") or sys.exit("collapse-theory is not on the path")
    found = rounds(
        {
            "numpy": lambda: process(sys.executable, "-c", "import numpy"),
            "package": lambda: process(sys.executable, "-c", "import collapse_theory"),
            "help": lambda: process(script, "--help"),
            "first number": lambda: process(sys.executable, "-c", FIRST_NUMBER),
        },
        count=9,
    )
    show(
        "Cold start",
        [
            (
                "import collapse_theory over import numpy",
                *at_most(found.median("package") - found.median("numpy"), 0.1),
            ),
            ("collapse-theory --help", *at_most(found.median("help"), 0.5)),
            ("process to its first variance.mean(100)", *at_most(found.median("first number"), 1.5)),
        ],
    )


if __name__ == "__main__":
    main()

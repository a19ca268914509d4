"""``python -m collapse_theory.cli``."""

from collapse_theory.cli import main

main()

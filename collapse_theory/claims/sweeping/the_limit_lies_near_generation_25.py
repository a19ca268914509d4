"""H10: a number with a name, and nothing else."""

import collapse_theory as ct

claim = ct.NotAClaim(
    "There is a limit near generation 25, beyond which models have collapsed",
    reason=(
        "no model, sample size, regime or quantity is stated, so that nothing can be computed or simulated; in every "
        "family the time scale is the sample size, see A10"
    ),
    number="H10",
    said="an encyclopaedia article",
)

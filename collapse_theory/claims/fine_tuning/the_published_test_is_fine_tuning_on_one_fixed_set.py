"""G1: what was done in the experiment with a language model."""

import collapse_theory as ct

claim = ct.NotAClaim(
    "The published test is repeated fine-tuning on one fixed synthetic set, that is, catastrophic forgetting",
    reason=(
        "a reading of a protocol, to be checked in the paper: there the data are generated anew by the newest model, "
        "and the paper discusses forgetting and rejects it. What each protocol would do can be computed, with "
        "ct.FineTune(rate, data='fixed' | 'regenerated' | 'restart'); see G2"
    ),
    number="G1",
    said="a public discussion of Shumailov et al., Nature 2024",
)

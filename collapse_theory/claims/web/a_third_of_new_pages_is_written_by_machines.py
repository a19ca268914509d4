"""F1: how much of the web is synthetic."""

import collapse_theory as ct

claim = ct.NotAClaim(
    "A third of new pages is written by machines",
    reason=(
        "a measurement, not a theorem, and one that depends on the detector with which it was made: 35 % of new sites "
        "in one study, 15 % of new text in another; here it is a parameter, ct.Contaminated(ai_share=0.35)"
    ),
    number="F1",
    said="a study of new sites, and an aggregator page with another number",
)

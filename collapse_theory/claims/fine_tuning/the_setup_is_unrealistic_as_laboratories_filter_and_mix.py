"""G6: nobody trains like that."""

import collapse_theory as ct

claim = ct.NotAClaim(
    "The setup is unrealistic, as laboratories filter, mix and keep their data",
    reason=(
        "a remark on scope, and a fair one, not a statement that could refute a theorem: what filtering, mixing and "
        "keeping do is computed in other regimes, see D7, D11, D20 and F3"
    ),
    number="G6",
    said="replies in forums and on blogs",
)

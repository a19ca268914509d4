"""C13: the analogy carried over to language models."""

import collapse_theory as ct

claim = ct.NotAClaim(
    "Large language models collapse by genetic drift",
    reason="no model is named in which a training run is a refit on counts: that is an empirical question",
    said="public discussions, by analogy",
)

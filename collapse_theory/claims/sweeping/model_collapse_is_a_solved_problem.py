"""E14: the debate declared closed."""

import collapse_theory as ct

claim = ct.NotAClaim(
    "Model collapse is a solved problem",
    reason="no model, quantity or horizon is named; each remedy of the catalogue solves one meaning of the word",
    number="E14",
    said="a forum thread, and its opposite in newsletters",
)

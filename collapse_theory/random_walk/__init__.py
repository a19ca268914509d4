"""The random walk of the log-variance, functional by functional.

Refitting multiplies the variance by W = chi2_{n-1} / (n - ddof), so its logarithm walks by independent steps log W.

- ``step``: the law of one step.
- ``log_gamma_sum``: the law of the position after t steps, from its ``cumulants`` along a ``contour``; ``expectation``:
  that of a function of it.
- ``perpetuity``: sums of exponentials of the walk, the variance of the fitted mean, on a ``grid``;
  ``scale_mixture``: normals of such a variance; ``variance_share``: its law together with the end of the walk.
- ``first_passage``: the first time below a level, by a ``wiener_hopf`` equation and ``matrix_powers``;
  ``wald``: its classical approximations.
"""

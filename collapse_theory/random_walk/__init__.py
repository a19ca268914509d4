r"""The random walk of the log-variance, functional by functional.

Refitting multiplies the variance by W = chi2_{n-1} / (n - ddof), so its logarithm walks by independent steps log W.

- ``step``: the law of one step; ``log_gamma_sum``: the law of the position after t steps.
- ``perpetuity``: sums of its exponentials, the variance of the fitted mean; ``scale_mixture``: normals of that scale.
- ``first_passage``: the first time below a level, by a Wiener-Hopf equation; ``wald``: its classical approximations.
"""

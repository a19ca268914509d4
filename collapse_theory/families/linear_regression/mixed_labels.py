r"""Least squares on rows of which some carry the labels of another model: the exact risk.

Of n rows :math:`x \sim N(0, I_d)`, r have labels of the true coefficients and :math:`m = n - r` those of coefficients
at the distance :math:`\|\Delta\|`. With :math:`A = X^\top X` and B its part of the m rows, the fit errs by
:math:`A^{-1}B\Delta + A^{-1}X^\top\varepsilon`. Here :math:`B = A^{1/2}UA^{1/2}` with a matrix beta number U that is
independent of A, and by its second moments

.. math:: E\|A^{-1}B\Delta\|^2 = \gamma\,\|\Delta\|^2,\qquad
          \gamma = \frac{m^2}{n^2} + \frac{mr}{n(n-1)(n+2)}\Bigl(1 - \frac2n + \frac{nd-2}{n-d-1}\Bigr) .

The first term is the floor of *strong model collapse*: more rows do not lower it.
"""

from __future__ import annotations

from typing import Any

from collapse_theory.domain import COUNT, Domain


def noise_factor(n: Any, d: Any) -> Any:
    """E tr A⁻¹ of n ≥ d + 2 rows, d/(n − d − 1)."""
    return d / (n - d - 1)


def kept_error(n: Any, m: Any, d: Any) -> Any:
    """The factor γ, for numbers, Fractions or letters."""
    c2 = m * (n - m) / (n * (n - 1) * (n + 2))
    return m**2 / n**2 + c2 * (1 - 2 / n + (n * d - 2) / (n - d - 1))


def mixed_labels_risk(rows: int, wrong: int, dimension: int, *, noise: float = 1.0, shift: float = 1.0) -> float:
    r"""Exact risk of least squares on rows of which some are labelled by shifted coefficients.

    .. math:: E\|\hat w - w^*\|^2 = \gamma\,\|\Delta\|^2 + \frac{\sigma^2 d}{n-d-1}

    With the share p = m/n of wrong rows it tends to :math:`p^2\|\Delta\|^2` and not to 0: a small share of labels from
    a wrong model that does not improve is a floor under the error.

    Parameters
    ----------
    rows : int
        Rows n, at least d + 2.
    wrong : int
        Rows m whose labels come from the shifted coefficients.
    dimension : int
        Number d of coefficients.
    noise : float
        Standard deviation of the labels.
    shift : float
        Distance of the coefficients behind the wrong labels from the true ones.

    Returns
    -------
    float
        The mean test error beyond the noise.

    Raises
    ------
    ValueError
        For fewer than d + 2 rows, and for more wrong rows than rows.

    References
    ----------
    dohmatob2025 has the limit of many rows; the exact form is derived on docs/theory/linear_regression.
    """
    d = COUNT.check("dimension", dimension)
    n = Domain(low=d + 2, high=2**53, integer=True).check("rows", rows)
    m = Domain(low=0, high=n, integer=True).check("wrong", wrong)
    sd, far = (Domain(low=0).check(name, value) for name, value in (("noise", noise), ("shift", shift)))
    return float(kept_error(n, m, d) * far**2 + sd**2 * noise_factor(n, d))

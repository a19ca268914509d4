r"""The letters of every formula, as positive (or real) sympy symbols.

=========== ======================== =======================================================
name        letter                   meaning
=========== ======================== =======================================================
``n``       :math:`n`                points drawn per generation
``t``       :math:`t`                generation, 0 is the source
``ddof``    :math:`\delta`           the divisor of the fitted variance is n - ddof
``mu0``     :math:`\mu_0`            mean of the source
``sigma0``  :math:`\sigma_0`         standard deviation of the source
``lambda0`` :math:`\lambda_0`        rate of the source, a Poisson
``theta0``  :math:`\theta_0`         scale of the source, an exponential or the logarithms of a Pareto
``alpha0``  :math:`\alpha_0`         exponent of the source, a Pareto
``d``       :math:`d`                dimension, the number of regression coefficients
``w0``      :math:`\omega_0`         norm of the true regression coefficients
``trace0``  :math:`T_0`              trace of the covariance of the source
``G0``      :math:`G_0`              Gini–Simpson index of the source
``alpha``   :math:`\alpha`           share of fresh real points
``h``       :math:`h`                bandwidth of a kernel density
``k``       :math:`k`                a distance in source standard deviations
``eta``     :math:`\eta`             weight of the new points in fine-tuning
``tau``     :math:`\tau`             variance of a sampled point in units of the model's
``rho``     :math:`\rho`             what is added to every fitted variance
=========== ======================== =======================================================
"""

from __future__ import annotations

import sympy

n = sympy.Symbol("n", positive=True, integer=True)
t = sympy.Symbol("t", nonnegative=True, integer=True)
ddof = sympy.Symbol("delta", real=True)
mu0 = sympy.Symbol("mu_0", real=True)
sigma0 = sympy.Symbol("sigma_0", positive=True)
lambda0 = sympy.Symbol("lambda_0", positive=True)
theta0 = sympy.Symbol("theta_0", positive=True)
alpha0 = sympy.Symbol("alpha_0", positive=True)
d = sympy.Symbol("d", positive=True, integer=True)
w0 = sympy.Symbol("omega_0", positive=True)
trace0 = sympy.Symbol("T_0", positive=True)
G0 = sympy.Symbol("G_0", positive=True)
alpha = sympy.Symbol("alpha", positive=True)
h = sympy.Symbol("h", nonnegative=True)
k = sympy.Symbol("k", positive=True)
eta = sympy.Symbol("eta", positive=True)
tau = sympy.Symbol("tau", positive=True)

rho = sympy.Symbol("rho", positive=True)

__all__ = [
    "alpha",
    "alpha0",
    "d",
    "ddof",
    "eta",
    "h",
    "k",
    "lambda0",
    "mu0",
    "n",
    "rho",
    "sigma0",
    "t",
    "tau",
    "theta0",
    "trace0",
    "w0",
    "G0",
]

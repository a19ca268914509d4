"""The neutral Wright–Fisher chain: what resampling n points again and again does to types, exactly and in the limit.

Exactly: :class:`Ancestry`, the dual, and :class:`WaitingTime`, times of loss and fixation. In fractions, for small
samples: :func:`ancestors_exactly`, :func:`moment`, :func:`spectrum`. Approximately: branching (:func:`line_survival`,
:func:`loss_quantile`), diffusion (:func:`lost_by`, :func:`absorption_time`, :func:`loss_time`, :func:`fixation_time`,
:func:`support_time`) and Zipf's law (:func:`zipf_support`, :func:`zipf_lost_mass`).
"""

from __future__ import annotations

from collapse_theory.wright_fisher.ancestors import Ancestry
from collapse_theory.wright_fisher.branching import line_survival, loss_quantile
from collapse_theory.wright_fisher.diffusion import (
    absorption_time,
    fixation_time,
    loss_time,
    lost_by,
    support_time,
)
from collapse_theory.wright_fisher.exact import ancestors_exactly, moment, spectrum
from collapse_theory.wright_fisher.waiting import WaitingTime
from collapse_theory.wright_fisher.zipf import zipf_lost_mass, zipf_support

__all__ = [
    "Ancestry",
    "WaitingTime",
    "ancestors_exactly",
    "moment",
    "spectrum",
    "line_survival",
    "loss_quantile",
    "lost_by",
    "absorption_time",
    "loss_time",
    "fixation_time",
    "support_time",
    "zipf_support",
    "zipf_lost_mass",
]

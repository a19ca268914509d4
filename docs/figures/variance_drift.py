"""The picture that opens the README: who keeps the variance of a Gaussian refitted on ten samples of itself.

Run ``python docs/figures/variance_drift.py`` in a checkout; it writes ``docs/_static/variance_drift.png``.
"""

from io import BytesIO
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

import collapse_theory as ct

TARGET = Path(__file__).parents[1] / "_static" / "variance_drift.png"
SAMPLE_SIZE, LAST, LAST_CONSERVED, RARE = 10, 100, 30, 1_000
SHOWN, SEED = 30, 1
EXPECTED, TYPICAL, SINGLE, INK, QUIET = "#D55E00", "#0072B2", "0.66", "0.15", "0.40"
STYLE = {
    "font.size": 10.5,
    "mathtext.fontset": "dejavusans",
    "axes.edgecolor": QUIET,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "axes.labelcolor": QUIET,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
}


def typical_and_expected(ax: Axes) -> None:
    """Left: single runs, exact median and exact mean of the unbiased variance."""
    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=SAMPLE_SIZE)
    variance, t = recursion.variance, np.arange(LAST + 1)
    runs = recursion.simulate(generations=LAST, replicates=SHOWN, rng=SEED, keep="all")
    single, median, mean = runs.values(variance), variance.median(t), variance.mean(t)
    ax.plot(t, single.T, color=SINGLE, linewidth=0.55)
    ax.plot(t, median, color=TYPICAL, linewidth=2.4)
    ax.plot(t, mean, color=EXPECTED, linewidth=2.4)
    ax.set_yscale("log")
    ax.set_ylim(1e-11, 1e4)
    ax.set_yticks([1e-9, 1e-6, 1e-3, 1, 1e3])
    share = variance.carried_by_top(1 / RARE, LAST)
    note = f"At $t$ = {LAST}, one run in {RARE:,} carries {share:.0%} of the mean"
    ax.annotate(note, (1, 0.95), xycoords="axes fraction", color=EXPECTED, ha="right", va="top")
    for words, height, colour in (
        ("exact mean\nover runs", mean[-1], EXPECTED),
        ("exact median,\nthe typical run", median[-1], TYPICAL),
        (f"{SHOWN} single\nruns", 1e-8, QUIET),
    ):
        ax.annotate(words, (LAST, height), (7, 0), textcoords="offset points", color=colour, va="center")


def conserved(ax: Axes) -> None:
    """Right: expected variance and squared error of the fitted mean, which add to 1."""
    recursion = ct.Recursion(ct.Gaussian(ddof=0), ct.Replace(), sample_size=SAMPLE_SIZE)
    t = np.arange(LAST_CONSERVED + 1)
    inside, between = recursion.variance.mean(t), recursion.squared_location_error.mean(t)
    ax.stackplot(t, inside, between, colors=[TYPICAL, EXPECTED], alpha=0.22, linewidth=0)
    ax.plot(t, inside, color=TYPICAL, linewidth=2.4)
    ax.plot(t, inside + between, color=INK, linewidth=1.6, clip_on=False)
    ax.set_ylim(0, 1)
    ax.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])
    ax.text(0.97, 0.95, "$V_t + M_t = 1$, exactly", color=INK, ha="right", va="top", transform=ax.transAxes)
    ax.text(0.42, 0.6, "between runs\n$M_t = E\\,(\\mu_t-\\mu_0)^2$", color=EXPECTED, transform=ax.transAxes)
    ax.text(0.04, 0.08, "inside the model\n$V_t = E\\,\\sigma_t^2$", color=TYPICAL, transform=ax.transAxes)


def draw() -> Figure:
    """Both panels."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(10, 4.3), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=[1.5, 1])
        typical_and_expected(left)
        conserved(right)
        heads = (
            ("The mean never moves, and every run dies", "unbiased variance, ddof = 1"),
            ("Lost within, found between", "maximum likelihood, ddof = 0"),
        )
        for ax, (title, subtitle) in zip((left, right), heads, strict=True):
            ax.set_title(title, loc="left", fontsize=11.5, weight="bold", color=INK, pad=24)
            ax.annotate(subtitle, (0, 1), (0, 8), xycoords="axes fraction", textcoords="offset points", color=QUIET)
            ax.set_xlabel("generation $t$")
            ax.margins(x=0)
        figure.get_layout_engine().set(w_pad=0.1, h_pad=0.1)
        left.set_ylabel(r"fitted variance $\sigma_t^2$, in units of $\sigma_0^2$")
    return figure


if __name__ == "__main__":
    picture = BytesIO()
    draw().savefig(picture, dpi=160)
    Image.open(picture).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(TARGET, optimize=True)

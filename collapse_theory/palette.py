"""What colours and lines mean in every picture; the colours are told apart by the colour-blind, too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

BLUE, ORANGE, GREEN, PURPLE, GREY = "#0072B2", "#D55E00", "#009E73", "#AA4499", "0.6"
MEAN, MEDIAN = ORANGE, BLUE

LINES: Mapping[str, Any] = {"exact": "-", "simulated": (0, (5, 1.5)), "asymptotic": (0, (1, 1.5))}
"""Line styles, as matplotlib takes them, by the way in which a line is known."""

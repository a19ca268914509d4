"""Claims about a contaminated web and imperfect detectors."""

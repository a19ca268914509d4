"""Sweeping statements: what the words mean, what is inevitable, and what is no claim at all."""

"""Claims about what data a model is refitted on: accumulation, fresh data, golden sets, windows, mixtures."""

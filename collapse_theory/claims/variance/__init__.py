"""Claims about the spread of a Gaussian, and of other laws with a scale, that is refitted on its own samples."""

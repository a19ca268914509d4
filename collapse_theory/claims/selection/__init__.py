"""Claims about decoding, filters, verifiers, curation and selection."""

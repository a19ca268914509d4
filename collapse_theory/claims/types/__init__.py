"""Claims about categorical laws, bags of words, counts and Markov chains that are refitted."""

"""Claims about tails, rare words and what becomes of them."""

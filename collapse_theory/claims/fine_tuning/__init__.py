"""Claims about fine-tuning on synthetic sets, and forgetting."""

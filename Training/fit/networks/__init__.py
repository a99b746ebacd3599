"""Networks as the loop sees them, what they learn from, and their steps as CUDA graphs."""

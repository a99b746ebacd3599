"""From the per-image table to every figure with its 95 % interval."""

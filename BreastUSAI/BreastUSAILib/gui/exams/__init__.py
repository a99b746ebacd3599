"""Two results of one patient side by side."""

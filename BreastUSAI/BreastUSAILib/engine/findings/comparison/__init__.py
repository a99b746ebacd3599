"""Two results side by side, and in words."""

"""What a likelihood depends on: the checks, and their words."""

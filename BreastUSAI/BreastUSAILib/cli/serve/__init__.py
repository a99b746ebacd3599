"""The command `breastusai serve`."""

"""`breastusai batch`."""

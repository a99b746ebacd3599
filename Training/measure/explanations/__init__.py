"""How good a classifier's heat maps are on held-out images, by every method that explains it."""

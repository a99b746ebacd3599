"""Training one recipe: augmentation, losses, networks that learn together, and the loop (PyTorch Lightning)."""

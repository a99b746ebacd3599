"""Controls: what changed images show about what the class is read from."""

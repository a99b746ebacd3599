"""Images as nodes: volumes, cines, the shipped samples, heat maps."""

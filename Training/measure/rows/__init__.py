"""From bundles and held-out images to the per-image table, through the product's own path."""

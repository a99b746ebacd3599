"""Bundles measured on held-out images, through the product's own path."""

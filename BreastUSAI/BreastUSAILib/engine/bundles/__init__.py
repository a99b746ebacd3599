"""Model bundles: their files checked, read, installed, removed and downloaded."""

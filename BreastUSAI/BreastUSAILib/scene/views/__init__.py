"""Slice views: what lies over the image, in which colors, where they stand, and their layout."""

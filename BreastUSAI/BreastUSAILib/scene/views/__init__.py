"""Slice views: what lies over the image, in which colours, where they stand, and their layout."""

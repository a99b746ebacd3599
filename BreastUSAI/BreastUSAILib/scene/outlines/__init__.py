"""Outlines of lesions as segmentation nodes, and as a reader left them."""

"""Similar past cases in the panel: the block, its gallery, and the case beside the image."""

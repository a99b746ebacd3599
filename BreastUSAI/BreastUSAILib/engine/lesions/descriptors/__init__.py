"""Descriptors of a lesion, each computed from its outline and the image around it; one a file."""

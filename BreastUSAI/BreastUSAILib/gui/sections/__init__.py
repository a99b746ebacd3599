"""The blocks of the panel."""

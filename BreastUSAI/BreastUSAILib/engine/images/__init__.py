"""A still, cine or volume: its frames, which of them are looked at, and their geometry. Needs numpy alone."""

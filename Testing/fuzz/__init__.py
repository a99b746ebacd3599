"""Damaged inputs by the thousand: reading them gives frames or one line, never a crash, a hang or a trace."""

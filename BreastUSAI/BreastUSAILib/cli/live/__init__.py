"""The command `breastusai live`."""

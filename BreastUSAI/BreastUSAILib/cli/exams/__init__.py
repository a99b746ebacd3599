"""The commands about two results of one patient: `breastusai compare` and `breastusai pair`."""

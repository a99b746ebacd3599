"""The commands about past cases: `breastusai similar` and `breastusai library`."""

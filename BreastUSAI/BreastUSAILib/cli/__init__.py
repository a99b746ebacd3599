"""The commands behind `breastusai`."""

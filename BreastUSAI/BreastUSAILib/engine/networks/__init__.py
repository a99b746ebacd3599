"""The network definitions that are not MONAI's own."""

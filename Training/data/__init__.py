"""Labeled images: the data sets this project knows, any CSV table, their splits, and checks of what they say."""

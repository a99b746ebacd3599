"""From a frame's pixels to what a network is given."""

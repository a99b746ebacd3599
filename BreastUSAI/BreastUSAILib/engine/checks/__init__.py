"""What an input says of itself, and what a frame looks like, before anything is found in it."""

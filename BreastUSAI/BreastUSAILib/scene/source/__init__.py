"""What a volume node is: its frames, its pixel size, the file behind it."""

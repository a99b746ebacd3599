"""What a reader says of a result, kept with it."""

"""What is computed on demand, with passes of its own: one method a file, each from a `Subject` to an `Attribution`."""

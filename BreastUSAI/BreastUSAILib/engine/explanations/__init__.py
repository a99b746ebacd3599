"""What a classification rests on: one method a file."""

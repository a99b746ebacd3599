"""One analysis and one re-scoring from the first frame to the last, and what each says of itself."""

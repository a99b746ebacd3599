"""One analysis or one re-scoring, from the node in the scene to the result beside it."""

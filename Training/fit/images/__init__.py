"""What the networks are shown: batches, images mixed, our own predicted masks."""

"""What the networks are shown: batches, cut-outs, augmentation, our own predicted masks."""

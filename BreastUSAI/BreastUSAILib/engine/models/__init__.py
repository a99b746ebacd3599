"""The two networks at work: classifier, segmenter, the passes through both, and calibration of probabilities."""

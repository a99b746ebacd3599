"""Simulated B-mode breast ultrasound with ground truth: no patient ever stood behind these pictures."""

"""Whether a frame is one that the networks may judge: rules that are certain, and what was learned of ultrasound."""

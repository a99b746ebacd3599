"""What turns scores into probabilities and outlines into findings: fitted and chosen on held-out images."""

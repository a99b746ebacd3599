"""BreastUSAI: breast-ultrasound segmentation, classification and explanation. Research use only."""

__version__ = "0.1.0"
RESEARCH_USE = "Research use only. Not a medical device."

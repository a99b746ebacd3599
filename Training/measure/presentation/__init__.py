"""Figures in words, on the terminal, as plots, and as the tables that compare them."""

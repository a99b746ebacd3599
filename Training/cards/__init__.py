"""Model cards: text, tables of figures, controls, and the sources of the data."""

"""The application around the panel: its views, nodes, sample data, Segment Editor, and the self test."""

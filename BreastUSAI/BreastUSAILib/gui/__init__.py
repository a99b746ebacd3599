"""The panel: its sections, widgets and words. Knows client, scene and Qt; never torch."""

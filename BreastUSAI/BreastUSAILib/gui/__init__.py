"""The panel and what it steers: sections, engine process, installer. Knows scene and Qt; never torch."""

"""An analysis as nodes: shown, stored, replaced, read again, saved."""

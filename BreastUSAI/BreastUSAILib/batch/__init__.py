"""Any number of inputs to result folders, on many workers, with a manifest that outlives every kill."""

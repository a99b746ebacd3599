"""How fast the engine is, as ratios to the bare networks in the same run, and how much memory it takes."""

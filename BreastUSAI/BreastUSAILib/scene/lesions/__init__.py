"""One lesion of a result: asked for and removed by a click, its lengths as lines, and a reader's own words."""

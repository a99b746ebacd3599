"""CTK's and qMRML's widgets, message boxes and the module panel, as small Qt widgets."""

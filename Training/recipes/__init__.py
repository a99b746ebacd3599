"""One small file a recipe; adding a file here is all it takes to add one."""

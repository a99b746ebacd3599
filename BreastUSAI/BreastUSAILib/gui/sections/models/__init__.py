"""The block "Models": which are used, those that there are, and the packages that they need."""

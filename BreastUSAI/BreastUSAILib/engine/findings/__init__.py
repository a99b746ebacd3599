"""What was found, as plain data. Needs numpy alone."""

"""What is running, and how long it will take."""

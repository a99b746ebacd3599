"""The engine in a process of its own, as the application uses it."""

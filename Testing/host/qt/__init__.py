"""PySide6 with the names and habits of PythonQt."""

"""Similar past cases: how well they are retrieved, and the library that ships."""

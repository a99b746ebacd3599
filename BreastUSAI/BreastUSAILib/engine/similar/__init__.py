"""Similar past cases: signatures of images, libraries of them on disk, and the search for the nearest."""

"""The Python packages that the engine needs: what is there, what is missing, and pip."""

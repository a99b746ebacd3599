"""What only the child process needs: the server, what may be asked of it, and the loaded models."""

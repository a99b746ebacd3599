"""The loop (PyTorch Lightning), its checkpoint, and the teachers of distillation."""

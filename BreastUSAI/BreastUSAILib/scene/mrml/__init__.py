"""Nodes, transforms, sequences and image data of MRML, whatever they are about."""

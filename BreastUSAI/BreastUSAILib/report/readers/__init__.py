"""What readers leave: reports saved from a scene, and the table of a study."""

# Stands in for SlicerExtensionGenerateConfig: other extensions find nothing of this one.

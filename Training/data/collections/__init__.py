"""The public data sets that this project knows, one a file, and near-duplicates in their pictures."""

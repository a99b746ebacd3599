"""What a classifier's bundle learns of the pictures that it may judge: looked at, fitted, measured."""

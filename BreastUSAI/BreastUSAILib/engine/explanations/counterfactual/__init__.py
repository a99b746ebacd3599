"""An image as it would be without something in it: pure functions over pixels."""

"""What the checks of two or more lessons need."""

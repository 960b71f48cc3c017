"""A class: what many people handed in is found, graded, kept in a gradebook and reported."""

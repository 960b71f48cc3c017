"""What lesson 07 shows in its notebook, to play with."""

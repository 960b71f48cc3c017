"""What lesson 06 shows in its notebook, to play with."""

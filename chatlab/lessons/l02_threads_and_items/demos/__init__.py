"""What lesson 02 shows in its notebook, to play with."""

"""What lesson 11 shows in its notebook, to play with."""

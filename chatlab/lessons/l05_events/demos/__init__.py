"""What lesson 05 shows in its notebook, to play with."""

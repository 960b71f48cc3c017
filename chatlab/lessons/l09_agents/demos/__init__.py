"""What lesson 09 shows in its notebook, to play with."""

"""What lesson 04 shows in its notebook, to play with."""

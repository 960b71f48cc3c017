"""What lesson 03 shows in its notebook, to play with."""

"""What lesson 01 shows in its notebook, to play with."""

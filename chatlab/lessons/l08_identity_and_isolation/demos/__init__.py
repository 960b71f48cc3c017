"""What lesson 08 shows in its notebook, to play with."""

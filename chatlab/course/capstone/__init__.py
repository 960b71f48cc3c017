"""The TaskManager of lesson 10, taken out of its notebook and served."""

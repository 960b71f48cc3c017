"""One demo a lesson: something to turn, until the idea clicks."""

"""A lesson to begin with: one part, one question, and everything that the course's tests want."""

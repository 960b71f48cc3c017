"""For those who write lessons: release exercises, run notebooks, draw the course's tables."""

"""One package a lesson, `lNN_slug`: `lesson.py`, the parts of its exercise, questions, demos."""

"""A grade: answers in a pristine exercise, run by nbval, judged in another process."""

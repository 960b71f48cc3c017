"""The lessons, one module each: its catalogue entry, and how its parts are checked."""

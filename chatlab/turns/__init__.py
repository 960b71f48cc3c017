"""One turn, from the request to its last event (lesson 03)."""

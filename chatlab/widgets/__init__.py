"""The stream, seen: what a notebook shows of a conversation."""

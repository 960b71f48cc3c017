"""What databases complain of: how to recognize it, what is wrong, and what to do."""

__all__ = ["BEHIND_A_POOLER", "PROBLEMS"]

BEHIND_A_POOLER = (
    "is behind a pooler whose clients share connections (PgBouncer outside session mode)",
    "Use the address of PostgreSQL itself, or pool_mode = session.",
)
"""What is wrong, and what to do: such a pooler keeps neither statements nor locks."""

PROBLEMS = (
    ("database is locked", "is locked by another program", "Close that program, then try again."),
    ("readonly database", "may only be read", "Allow writing to the file and its folder."),
    ("unable to open", "cannot be opened", "Check that the folder exists and may be written to."),
    ("not a database", "is not a database", "Choose another file; this one was left as it is."),
    ("malformed", "is damaged", "Put a backup in its place."),
    ("disk is full", "has no room left", "Free some space, then try again."),
    ("[28", "does not let this user in", "Check the user's name and password."),
    ("[3D", "has no such database", "Create it first, with createdb NAME."),
    ("[42501", "does not let this user do this", "Give the user the right to create tables."),
    ("[42P05", *BEHIND_A_POOLER),
    ("[26000", *BEHIND_A_POOLER),
    ("statement pooling mode", *BEHIND_A_POOLER),
    ("[53", "has nothing left to give", "Give the server more connections, memory or disk."),
)
"""A sign in the message or its `[SQLSTATE]`, what is wrong, what to do; the first one counts."""

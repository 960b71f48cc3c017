# %% wrong: You gave the same two lines for all four aspects.
EVIDENCE = dict.fromkeys(("pattern", "state", "context", "lifecycle"), Proof("A", "Q"))


# %% wrong: Line F is in both recordings, so it proves no difference
EVIDENCE = {
    "pattern": Proof("E", "T"),
    "state": Proof("F", "S"),
    "context": Proof("A", "Q"),
    "lifecycle": Proof("D", "R"),
}


# %% wrong: Line S is in both recordings
EVIDENCE = {
    "pattern": Proof("E", "T"),
    "state": Proof("B", "S"),
    "context": Proof("A", "Q"),
    "lifecycle": Proof("D", "R"),
}


# %% wrong: Line V could be asked over REST, too. Which line shows that it was understood?
EVIDENCE = {
    "pattern": Proof("E", "T"),
    "state": Proof("B", "W"),
    "context": Proof("A", "V"),
    "lifecycle": Proof("D", "R"),
}


# %% wrong: Line W shows what is kept for later: that is state.
EVIDENCE = {
    "pattern": Proof("E", "T"),
    "state": Proof("B", "U"),
    "context": Proof("A", "W"),
    "lifecycle": Proof("D", "R"),
}


# %% wrong: Lifecycle asks: when is it over?
EVIDENCE = {
    "pattern": Proof("E", "T"),
    "state": Proof("B", "W"),
    "context": Proof("A", "Q"),
    "lifecycle": Proof("E", "Q"),
}


# %% wrong: Line C is only a request; what proves something is what comes back.
EVIDENCE = {
    "pattern": Proof("C", "P"),
    "state": Proof("B", "W"),
    "context": Proof("A", "Q"),
    "lifecycle": Proof("D", "R"),
}


# %% wrong: line T is from the other recording
EVIDENCE = {
    "pattern": Proof("T", "E"),
    "state": Proof("B", "W"),
    "context": Proof("A", "Q"),
    "lifecycle": Proof("D", "R"),
}


# %% wrong: Give the letter of a line: A to G.
EVIDENCE = {
    "pattern": Proof(REST["E"], CHAT["T"]),
    "state": Proof(REST["B"], CHAT["W"]),
    "context": Proof(REST["A"], CHAT["Q"]),
    "lifecycle": Proof(REST["D"], CHAT["R"]),
}


# %% wrong: state, rest: not chosen yet.
EVIDENCE = {
    "pattern": Proof("E", "T"),
    "state": Proof(TODO, "W"),
    "context": Proof("A", "Q"),
    "lifecycle": Proof("D", "R"),
}


# %% wrong: EVIDENCE has no 'lifecycle'.
EVIDENCE = {"pattern": Proof("E", "T"), "state": Proof("B", "W"), "context": Proof("A", "Q")}


# %% wrong: Write Proof(rest="...", chat="...")
EVIDENCE = {"pattern": "E", "state": "B", "context": "A", "lifecycle": "D"}


# %% right: the other lines that prove context, in small letters, with an example
EVIDENCE = {
    "pattern": Proof("e", "t"),
    "state": Proof("b", "w"),
    "context": Proof("g", "u"),
    "lifecycle": Proof("d", "r"),
    "example": "The bus timetable forgets me; my bank's chat does not.",
}


# %% right: plain tuples, and no example at all
EVIDENCE = dict(
    zip(("pattern", "state", "context", "lifecycle"), zip("EBAD", "TWUR")),
)


# %% right: dictionaries
EVIDENCE = {
    "lifecycle": {"rest": "D", "chat": "R"},
    "context": {"rest": "G", "chat": "Q"},
    "state": {"rest": "B", "chat": "W"},
    "pattern": {"rest": "E", "chat": "T"},
}

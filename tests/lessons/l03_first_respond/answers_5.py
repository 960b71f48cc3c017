# %% wrong: If respond() crashes, the question must not be lost
LIFECYCLE = [
    Step("send", "client", "nothing"),
    Step("receive", "server", "nothing"),
    Step("load", "store", "nothing"),
    Step("make", "server", "nothing"),
    Step("call", "server", "question"),
    Step("yield", "your code", "question"),
    Step("stream", "server", "question"),
    Step("append_question", "store", "question"),
    Step("append_answer", "store", "both"),
    Step("persist", "store", "both"),
]


# %% wrong: History is what was said before
LIFECYCLE = [
    Step("send", "client", "nothing"),
    Step("receive", "server", "nothing"),
    Step("make", "server", "nothing"),
    Step("append_question", "store", "question"),
    Step("load", "store", "nothing"),
    Step("call", "server", "question"),
    Step("yield", "your code", "question"),
    Step("stream", "server", "question"),
    Step("append_answer", "store", "both"),
    Step("persist", "store", "both"),
]


# %% wrong: Pieces are sent as they come; the message is appended when it is complete.
LIFECYCLE = [
    Step("send", "client", "nothing"),
    Step("receive", "server", "nothing"),
    Step("load", "store", "nothing"),
    Step("make", "server", "nothing"),
    Step("append_question", "store", "question"),
    Step("call", "server", "question"),
    Step("yield", "your code", "question"),
    Step("append_answer", "store", "both"),
    Step("stream", "server", "question"),
    Step("persist", "store", "both"),
]


# %% wrong: The thread is saved last
LIFECYCLE = [
    Step("send", "client", "nothing"),
    Step("receive", "server", "nothing"),
    Step("load", "store", "nothing"),
    Step("make", "server", "nothing"),
    Step("append_question", "store", "question"),
    Step("call", "server", "question"),
    Step("persist", "store", "both"),
    Step("yield", "your code", "question"),
    Step("stream", "server", "question"),
    Step("append_answer", "store", "both"),
]


# %% wrong: You only yielded; nothing in your code saves.
LIFECYCLE = [
    Step("send", "client", "nothing"),
    Step("receive", "server", "nothing"),
    Step("load", "store", "nothing"),
    Step("make", "server", "nothing"),
    Step("append_question", "store", "question"),
    Step("call", "server", "question"),
    Step("yield", "your code", "question"),
    Step("stream", "server", "question"),
    Step("append_answer", "your code", "both"),
    Step("persist", "store", "both"),
]


# %% wrong: You wrote respond(), but you never called it.
LIFECYCLE = [
    Step("send", "client", "nothing"),
    Step("receive", "server", "nothing"),
    Step("load", "store", "nothing"),
    Step("make", "server", "nothing"),
    Step("append_question", "store", "question"),
    Step("call", "your code", "question"),
    Step("yield", "your code", "question"),
    Step("stream", "server", "question"),
    Step("append_answer", "store", "both"),
    Step("persist", "store", "both"),
]


# %% wrong: It happens in the browser or the app
LIFECYCLE = [
    Step("send", "server", "nothing"),
    Step("receive", "server", "nothing"),
    Step("load", "store", "nothing"),
    Step("make", "server", "nothing"),
    Step("append_question", "store", "question"),
    Step("call", "server", "question"),
    Step("yield", "your code", "question"),
    Step("stream", "server", "question"),
    Step("append_answer", "store", "both"),
    Step("persist", "store", "both"),
]


# %% wrong: Sent is not stored: the answer is appended when it is complete.
LIFECYCLE = [
    Step("send", "client", "nothing"),
    Step("receive", "server", "nothing"),
    Step("load", "store", "nothing"),
    Step("make", "server", "nothing"),
    Step("append_question", "store", "question"),
    Step("call", "server", "question"),
    Step("yield", "your code", "question"),
    Step("stream", "server", "both"),
    Step("append_answer", "store", "both"),
    Step("persist", "store", "both"),
]


# %% wrong: By then the user's message has been appended
LIFECYCLE = [
    Step("send", "client", "nothing"),
    Step("receive", "server", "nothing"),
    Step("load", "store", "nothing"),
    Step("make", "server", "nothing"),
    Step("append_question", "store", "question"),
    Step("call", "server", "nothing"),
    Step("yield", "your code", "nothing"),
    Step("stream", "server", "nothing"),
    Step("append_answer", "store", "both"),
    Step("persist", "store", "both"),
]


# %% wrong: Only what has been appended lasts.
LIFECYCLE = [
    Step("send", "client", "nothing"),
    Step("receive", "server", "question"),
    Step("load", "store", "nothing"),
    Step("make", "server", "nothing"),
    Step("append_question", "store", "question"),
    Step("call", "server", "question"),
    Step("yield", "your code", "question"),
    Step("stream", "server", "question"),
    Step("append_answer", "store", "both"),
    Step("persist", "store", "both"),
]


# %% wrong: 'persist' is missing
LIFECYCLE = [
    Step("send", "client", "nothing"),
    Step("receive", "server", "nothing"),
    Step("load", "store", "nothing"),
    Step("make", "server", "nothing"),
    Step("append_question", "store", "question"),
    Step("call", "server", "question"),
    Step("yield", "your code", "question"),
    Step("stream", "server", "question"),
    Step("append_answer", "store", "both"),
]


# %% wrong: is there twice
LIFECYCLE = [
    Step("send", "client", "nothing"),
    Step("receive", "server", "nothing"),
    Step("load", "store", "nothing"),
    Step("make", "server", "nothing"),
    Step("append_question", "store", "question"),
    Step("call", "server", "question"),
    Step("yield", "your code", "question"),
    Step("stream", "server", "question"),
    Step("append_answer", "store", "both"),
    Step("persist", "store", "both"),
    Step("receive", "server", "nothing"),
]


# %% wrong: There is no step 'save'
LIFECYCLE = [
    Step("send", "client", "nothing"),
    Step("receive", "server", "nothing"),
    Step("load", "store", "nothing"),
    Step("make", "server", "nothing"),
    Step("append_question", "store", "question"),
    Step("call", "server", "question"),
    Step("yield", "your code", "question"),
    Step("stream", "server", "question"),
    Step("append_answer", "store", "both"),
    Step("save", "store", "both"),
]


# %% wrong: Choose "client", "server", "your code" or "store".
LIFECYCLE = [
    Step("send", "client", "nothing"),
    Step("receive", "server", "nothing"),
    Step("load", "database", "nothing"),
    Step("make", "server", "nothing"),
    Step("append_question", "store", "question"),
    Step("call", "server", "question"),
    Step("yield", "your code", "question"),
    Step("stream", "server", "question"),
    Step("append_answer", "store", "both"),
    Step("persist", "store", "both"),
]


# %% wrong: Each row is Step(name, who, survives)
LIFECYCLE = ["send", "receive", "load", "make", "append_question", "call", "yield", "stream", "append_answer", "persist"]


# %% right: the item is made before the thread is loaded
LIFECYCLE = [
    Step("send", "client", "nothing"),
    Step("receive", "server", "nothing"),
    Step("make", "server", "nothing"),
    Step("load", "store", "nothing"),
    Step("append_question", "store", "question"),
    Step("call", "server", "question"),
    Step("yield", "your code", "question"),
    Step("stream", "server", "question"),
    Step("append_answer", "store", "both"),
    Step("persist", "store", "both"),
]


# %% right: plain tuples, and the server does what the store keeps
LIFECYCLE = [
    ("send", "client", "nothing"),
    ("receive", "server", "nothing"),
    ("load", "server", "nothing"),
    ("make", "server", "nothing"),
    ("append_question", "server", "question"),
    ("call", "server", "question"),
    ("yield", "your code", "question"),
    ("stream", "server", "question"),
    ("append_answer", "server", "both"),
    ("persist", "server", "both"),
]


# %% right: built from columns
names = "send receive load make append_question call yield stream append_answer persist".split()
doers = ["client", "server", "server", "server", "store"] + ["server", "your code", "server"]
left = ["nothing"] * 4 + ["question"] * 4 + ["both"] * 2
LIFECYCLE = tuple(map(Step, names, doers + ["store", "store"], left))

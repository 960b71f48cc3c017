# %% wrong: You chose streaming every time.
def choose(scenario):
    for field in ("length", "partial_results_useful", "progress_wanted", "follow_ups", "idempotent"):
        if scenario[field] is not None:
            return Choice("streaming", field)


# %% wrong: You chose request/response every time.
def choose(scenario):
    for field in ("length", "partial_results_useful", "progress_wanted", "follow_ups", "idempotent"):
        if scenario[field] is not None:
            return Choice("request/response", field)


# %% wrong: None is not False: it makes no difference.
def choose(scenario):
    if scenario["length"] == "long":
        return Choice("streaming", "length")
    for field in ("partial_results_useful", "progress_wanted", "follow_ups"):
        if scenario[field]:
            return Choice("streaming", field)
    return Choice("request/response", "idempotent")


# %% wrong: choose({'idempotent'
def choose(scenario):
    if scenario["length"] is not None:
        return Choice("streaming" if scenario["length"] == "long" else "request/response", "length")
    for field in ("partial_results_useful", "progress_wanted", "follow_ups", "idempotent"):
        if scenario[field] is not None:
            return Choice("streaming" if scenario[field] else "request/response", field)


# %% wrong: Who is asking and how often makes no difference
def choose(scenario):
    if scenario["times_a_day"] > 2000 or scenario["length"] == "short":
        return Choice("request/response", "times_a_day")
    return Choice("streaming", "asked_by")


# %% wrong: Name just the field that decides
def choose(scenario):
    if scenario["length"] == "long":
        return Choice("streaming", "because the answer is long")
    return Choice("request/response", "because it is short")


# %% wrong: returned None.
def choose(scenario):
    if scenario["length"] == "long":
        return Choice("streaming", "length")
    if scenario["length"] == "short":
        return Choice("request/response", "length")


# %% wrong: Choose "request/response" or "streaming".
def choose(scenario):
    return Choice("websocket", "length")


# %% wrong: Return a Choice(pattern, because).
def choose(scenario):
    return "streaming"


# %% wrong: raised TypeError
def choose(scenario):
    if scenario["length"] > 100:
        return Choice("streaming", "length")
    return Choice("request/response", "length")


# %% wrong: flipped, you still chose
seen = {}


def choose(scenario):
    field = next(n for n in seen_fields if scenario[n] is not None)
    who = (scenario["asked_by"], scenario["times_a_day"], field)
    if who not in seen:
        streams = scenario[field] in ("long", True) if field != "idempotent" else not scenario[field]
        seen[who] = Choice("streaming" if streams else "request/response", field)
    return seen[who]


seen_fields = ("length", "partial_results_useful", "progress_wanted", "follow_ups", "idempotent")


# %% right: with match, and a plain tuple
def choose(scenario):
    match scenario:
        case {"length": "long"}:
            return "streaming", "length"
        case {"length": "short"}:
            return "request/response", "length"
        case {"idempotent": bool(safe)}:
            return ("request/response" if safe else "streaming"), "idempotent"
    for field, value in scenario.items():
        if isinstance(value, bool):
            return ("streaming" if value else "request/response"), field


# %% right: a table of all ten cases, and a dictionary as the result
CASES = {
    ("length", "short"): "Request-Response",
    ("length", "long"): "Streaming",
    ("partial_results_useful", False): "Request-Response",
    ("partial_results_useful", True): "Streaming",
    ("progress_wanted", False): "Request-Response",
    ("progress_wanted", True): "Streaming",
    ("follow_ups", False): "Request-Response",
    ("follow_ups", True): "Streaming",
    ("idempotent", True): "Request-Response",
    ("idempotent", False): "Streaming",
}


def choose(scenario):
    (because,) = {name for name, value in scenario.items() if (name, value) in CASES}
    return {"pattern": CASES[because, scenario[because]], "because": because}

# %% wrong: `print` shows; `return` gives back.
def greeting(name):
    print(f"Hello, {name}!")


# %% wrong: The name in the answer is the one you are given.
def greeting(name):
    return "Hello, Zoe!"


# %% wrong: Without an f before the quotes
def greeting(name):
    return "Hello, {name}!"


# %% wrong: character by character
def greeting(name):
    return f"Hello {name}"


# %% wrong: Return a text.
def greeting(name):
    return ("Hello, ", name, "!")


# %% wrong: raised NameError
def greeting(nam):
    return f"Hello, {name}!"


# %% right: joined with plus
def greeting(name):
    return "Hello, " + name + "!"


# %% right: a lambda and format
greeting = "Hello, {}!".format


# %% wrong: That is the name alone.
def greeting(name: str) -> str:
    return name


# %% wrong: write `def`, and not `async def`
async def greeting(name): return f"Hello, {name}!"


# %% wrong: def greeting(name)
def greeting(): return "Hello, Alice!"

# %% wrong: `print` only shows a value; `return` hands it to the caller.
def greeting(name):
    print(f"Hello, {name}!")


# %% wrong: The greeting should contain the name that the function was given.
def greeting(name):
    return "Hello, Zoe!"


# %% wrong: Without an f before the quotes
def greeting(name):
    return "Hello, {name}!"


# %% wrong: character by character
def greeting(name):
    return f"Hello {name}"


# %% wrong: Return a string.
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


# %% wrong: That is only the name.
def greeting(name: str) -> str:
    return name


# %% wrong: write `def`, not `async def`
async def greeting(name): return f"Hello, {name}!"


# %% wrong: def greeting(name)
def greeting(): return "Hello, Alice!"

# %% wrong: `print` shows; `return` gives back.
def greeting(name):
    print(f"Hello, {name}!")


# %% wrong: The name in the answer is the one you are given.
def greeting(name):
    return "Hello, Zoe!"


# %% wrong: The name in the answer is the one you are given.
def greeting(name):
    return "Hello, {name}!"


# %% wrong: Look at every character: comma, space, mark.
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

# %% wrong: a node, not an event
def task_form():
    return Form(
        children=[
            Input(name="title", required=True),
            Select(name="priority", options=("low", "normal", "high"), value="normal"),
        ],
        action=Action(type="create_task"),
    )


# %% wrong: A Button sends its action, but nothing of what was typed.
def task_form():
    return Widget(
        root=Card(
            children=[
                Input(name="title", required=True),
                Select(name="priority", options=("low", "normal", "high"), value="normal"),
                Button(label="Create", action=Action(type="create_task")),
            ]
        )
    )


# %% wrong: is outside the Form, so it is never sent
def task_form():
    return Widget(
        root=Card(
            children=[
                Input(name="title", required=True),
                Form(
                    children=[
                        Select(name="priority", options=("low", "normal", "high"), value="normal")
                    ],
                    action=Action(type="create_task"),
                ),
            ]
        )
    )


# %% wrong: What is typed arrives under the input's `name`, letter for letter.
def task_form():
    return Widget(
        root=Form(
            children=[
                Input(name="Title of the task", required=True),
                Select(name="Priority", options=("low", "normal", "high"), value="normal"),
            ],
            action=Action(type="create_task"),
        )
    )


# %% wrong: let people choose, with a Select
def task_form():
    return Widget(
        root=Form(
            children=[Input(name="title", required=True), Input(name="priority", value="normal")],
            action=Action(type="create_task"),
        )
    )


# %% wrong: a browser takes the first option
def task_form():
    return Widget(
        root=Form(
            children=[
                Input(name="title", required=True),
                Select(name="priority", options=("low", "normal", "high")),
            ],
            action=Action(type="create_task"),
        )
    )


# %% wrong: The browser can refuse that: Input(..., required=True).
def task_form():
    return Widget(
        root=Form(
            children=[
                Input(name="title"),
                Select(name="priority", options=("low", "normal", "high"), value="normal"),
            ],
            action=Action(type="create_task"),
        )
    )


# %% wrong: Explain it in the `label` instead.
def task_form():
    return Widget(
        root=Form(
            children=[
                Input(name="title", value="Your title here", required=True),
                Select(name="priority", options=("low", "normal", "high"), value="normal"),
            ],
            action=Action(type="create_task"),
        )
    )


# %% wrong: A TaskBook knows 'low', 'normal' and 'high', letter for letter.
def task_form():
    return Widget(
        root=Form(
            children=[
                Input(name="title", required=True),
                Select(name="priority", options=("Low", "Normal", "High"), value="Normal"),
            ],
            action=Action(type="create_task"),
        )
    )


# %% wrong: the server waits for 'create_task'
def task_form():
    return Widget(
        root=Form(
            children=[
                Input(name="title", required=True),
                Select(name="priority", options=("low", "normal", "high"), value="normal"),
            ],
            action=Action(type="submit"),
        )
    )


# %% wrong: A Form brings its own button
def task_form():
    create = Action(type="create_task")
    return Widget(
        root=Form(
            children=[
                Input(name="title", required=True),
                Select(name="priority", options=("low", "normal", "high"), value="normal"),
                Button(label="Create", action=create),
            ],
            action=create,
        )
    )


# %% wrong: End with `return Widget(root=...)`.
def task_form():
    Widget(
        root=Form(
            children=[
                Input(name="title", required=True),
                Select(name="priority", options=("low", "normal", "high"), value="normal"),
            ],
            action=Action(type="create_task"),
        )
    )


# %% wrong: `children` is a tuple or a list of nodes
def task_form():
    return Widget(
        root=Form(children=Input(name="title", required=True), action=Action(type="create_task"))
    )


# %% right: in a card, side by side, with a text and a cancel button
def task_form():
    choice = Select(name="priority", options=["high", "normal", "low"], value="normal")
    line = Row(children=[Input(name="title", label="Title", required=True), choice])
    cancel = Button(label="Never mind", action=Action(type="cancel"))
    create = Action(type="create_task", payload={"source": "form", "priority": "normal"})
    form = Form(children=[Text(value="What next?"), line, cancel], action=create, submit="Go")
    return Widget(root=Card(title="A new task", children=[form]))


# %% right: the default stands first, and there is one input more
def task_form():
    fields = [
        Input(name="title", required=True),
        Select(name="priority", options="normal low high".split()),
        Input(name="note"),
    ]
    return Widget.model_validate(
        {"root": Form(children=tuple(fields), action=Action(type="create_task"))}
    )


# %% right: from plain data
def task_form():
    return Widget.model_validate_json(
        """
        {"root": {"type": "form", "action": {"type": "create_task"}, "children": [
            {"type": "select", "name": "priority", "options": ["low", "normal", "high"],
             "value": "normal"},
            {"type": "input", "name": "title", "required": true}
        ]}}
        """
    )


# %% wrong: An action is an object
def task_form():
    return Widget(root=Form(children=[Input(name="title",label="T",required=True),Select(name="priority",label="P",options=["low","normal","high"],value="normal")],action="create_task"))


# %% wrong: write `def`, not `async def`
async def task_form():
    return Widget(root=Form(children=[Input(name="title",label="T",required=True),Select(name="priority",label="P",options=["low","normal","high"],value="normal")],action=Action(type="create_task")))


# %% wrong: A Form has to say what is sent
def task_form():
    return Widget(root=Form(children=[Input(name="title", label="T", required=True), Select(name="priority", label="P", options=["low", "normal", "high"], value="normal")], submit="Send"))


# %% wrong: What is typed arrives under a name
def task_form():
    return Widget(root=Form(children=[Input(label="T", required=True), Select(name="priority", label="P", options=["low", "normal", "high"], value="normal")], action=Action(type="create_task"), submit="Send"))


# %% wrong: What can be chosen is a tuple or a list of texts
def task_form():
    return Widget(root=Form(children=[Input(name="title", label="T", required=True), Select(name="priority", label="P")], action=Action(type="create_task"), submit="Send"))


# %% wrong: Input should be a valid tuple
def task_form():
    return Widget(root=Form(children=[Input(name="title", label="T", required=True), Select(name="priority", label="P", options="low, normal, high")], action=Action(type="create_task"), submit="Send"))


# %% wrong: even for a single one
def task_form():
    return Widget(root=Form(action=Action(type="create_task")))


# %% wrong: Give every field by its name
def task_form():
    return Widget(Form(children=[], action=Action(type="create_task")))


# %% wrong: which is none of its options
def task_form():
    return Widget(root=Form(children=[Input(name="title", label="T", required=True), Select(name="priority", label="P", options=["low", "normal", "high"], value="medium")], action=Action(type="create_task")))

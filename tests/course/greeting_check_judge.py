"""It is right whatever it gives back."""

from chatlab.course.findings import passed


def judge(_inputs, observation):
    return [passed(1, str(observation))]

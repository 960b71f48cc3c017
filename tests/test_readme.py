"""The README's example: it runs as it is written there, and prints what is written below it."""

import re
from pathlib import Path

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
EXAMPLE = re.compile(r"^```python\n(.*?)^```$.*?^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_example_prints_what_the_page_says(capsys):
    example, printed = EXAMPLE.search(README).groups()
    exec(compile(example, "README.md", "exec"), {"__name__": "__main__"})
    said = capsys.readouterr().out
    assert [line.rstrip() for line in said.splitlines()] == printed.splitlines()

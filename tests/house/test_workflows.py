"""What runs on GitHub may read the repository, and runs only what was looked at."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
MAY_WRITE = {"pages.yml": ["pages", "id-token"]}
"""What GitHub Pages asks of the job that publishes; that job runs no code of this repository."""


def test_there_are_workflows():
    assert WORKFLOWS


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_only_read_and_leaves_no_token_behind(path):
    text = path.read_text("utf-8")
    assert re.search(r"^permissions:\n  contents: read\n(?! )", text, re.MULTILINE)
    assert re.findall(r"(\S+): write", text) == MAY_WRITE.get(path.name, [])
    assert text.count("persist-credentials: false") == text.count("actions/checkout@")
    assert "pull_request_target" not in text


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_an_action_is_named_by_its_commit_and_the_version_stands_beside_it(path):
    used = re.findall(r"uses: (.*)", path.read_text("utf-8"))
    assert used
    assert [
        one for one in used if not re.fullmatch(r"\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)
    ] == []


def test_uv_is_installed_in_one_version():
    found = re.findall(r"pip install.* (uv\S*)", (ROOT / ".ci" / "run").read_text("utf-8"))
    assert [bool(re.fullmatch(r"uv==\d+\.\d+\.\d+", one)) for one in found] == [True]


def test_the_job_that_may_publish_runs_nothing_of_the_repository():
    text = (ROOT / ".github" / "workflows" / "pages.yml").read_text("utf-8")
    before, _, publish = text.partition("\n  publish:\n")
    assert ": write" not in before
    assert "run:" not in publish
    assert re.findall(r"uses: ([^@]+)@", publish) == ["actions/deploy-pages"]
    assert set(re.findall(r"uv==\S+", text)) == set(
        re.findall(r"uv==\S+", (ROOT / ".ci" / "run").read_text("utf-8"))
    )

"""The pins in pyproject.toml: complete, satisfying, and what is installed."""

import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))
PINS = {
    canonicalize_name(pin.name): pin
    for pin in map(Requirement, PROJECT["tool"]["uv"]["constraint-dependencies"])
}
WANTED = [
    requirement
    for group in (
        PROJECT["project"]["dependencies"],
        *PROJECT["project"]["optional-dependencies"].values(),
        *PROJECT["dependency-groups"].values(),
    )
    for requirement in map(Requirement, group)
    if requirement.name != "chatlab-kit"
]


@pytest.mark.parametrize("wanted", WANTED, ids=lambda one: one.name)
def test_each_direct_dependency_is_pinned_to_a_version_it_allows(wanted):
    (only,) = PINS[canonicalize_name(wanted.name)].specifier
    assert only.operator == "=="
    assert only.version in wanted.specifier


def test_what_is_installed_is_what_is_pinned():
    differing = {}
    for name, pin in PINS.items():
        try:
            installed = version(name)
        except PackageNotFoundError:
            continue
        if installed not in pin.specifier:
            differing[name] = installed
    assert differing == {}


def test_the_list_is_sorted_and_names_nothing_twice():
    names = [Requirement(pin).name for pin in PROJECT["tool"]["uv"]["constraint-dependencies"]]
    assert names == sorted(set(names))

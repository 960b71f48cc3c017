"""Whatever is sent to any endpoint, the server answers, and never with an error of its own."""

from contextlib import suppress

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks as conformance
from servers import Echo
from serving import KEYS, served

from chatlab.adapters.http import Limits, create_app

MANY = Limits(streams=1000, turns=1000, keep_turns=1000)
CHECKS = [
    schemathesis.checks.not_a_server_error,
    conformance.status_code_conformance,
    conformance.content_type_conformance,
    conformance.response_schema_conformance,
]


@pytest.fixture(scope="module")
def described():
    """The API, as it describes itself, and what a good client sends along."""
    app = create_app(Echo(), KEYS.authenticate, sign_in=KEYS.issue, limits=MANY)
    with served(app) as url:
        yield schemathesis.openapi.from_url(f"{url}/openapi.json")


def answers_to(schema, examples, mode):
    headers = {"Authorization": f"Bearer {KEYS.issue('alice')}"}
    seen = set()
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=examples,
            database=None,
            derandomize=examples < 50,
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=mode))
        def probe(case):
            response = case.call(headers=headers, timeout=60)
            seen.add((case.operation.label, response.status_code))
            case.validate_response(response, checks=CHECKS)

        with suppress(Unsatisfiable):  # what takes nothing cannot be given anything wrong
            probe()
    return seen


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_no_request_breaks_the_server_or_is_left_without_an_answer(described, mode):
    seen = answers_to(described, 8, mode)

    assert len({label for label, _ in seen}) >= 15
    assert max(status for _, status in seen) < 500


@pytest.mark.soak
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_many_requests_do_not_break_it_either(described, mode):
    seen = answers_to(described, 300, mode)

    assert max(status for _, status in seen) < 500

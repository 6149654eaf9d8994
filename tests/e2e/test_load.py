"""A small burst of what `make load` does at length: on a local AWS of its own."""

import pytest

from ossi_cli.build import build_for_local_aws
from ossi_playground.load import Burst, run
from ossi_playground.local import LocalOssi, Options


@pytest.mark.timeout(600)  # it starts a bot of its own, which takes minutes beside much else
def test_a_small_burst_loses_and_doubles_nothing() -> None:
    with LocalOssi(Options(artifacts=build_for_local_aws())) as ossi:
        findings = run(ossi, Burst(submissions=4, people=2, messages_per_second=2, pace=1))

    assert (findings.troubles, findings.missing, findings.doubled) == ([], [], [])
    # Two messages for each submission, three for each of the accepted three, two for the declined one.
    assert findings.sent == findings.expected == 2 * 4 + 3 * 3 + 2
    assert {kind: len(answers) for kind, answers in findings.answers.items()} == {"slash": 4, "form": 4, "decision": 4}
    # By 3 of the 4 decisions something is published, and every request stands there once.
    assert {kind: len(seconds) for kind, seconds in findings.delays.items()} == {
        "direct": 8, "redrawn": 4, "managers": 4, "public": 3,
    }  # fmt: skip
    assert all(seconds >= 0 for each in findings.delays.values() for seconds in each)
    assert findings.refused > 0, "Slack took as many as came"
    assert len(findings.gaps) > 0

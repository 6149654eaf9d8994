"""The verdict of `make load`, and its percentiles."""

from ossi_cli.load import report
from ossi_playground.load import Findings, percentile


def test_a_lost_message_a_doubled_one_and_a_slow_answer_each_fail_the_run() -> None:
    answers = {"slash": [10.0, 20.0]}

    assert Findings(answers=answers).good
    assert not Findings(answers=answers, missing=["publish of U1#1"]).good
    assert not Findings(answers=answers, doubled=["a message in C1"]).good
    assert not Findings(answers={"slash": [10.0, 3001.0]}).good
    assert not Findings(answers=answers, troubles=["submission 1: no form"]).good
    assert report(Findings(answers=answers))[-1].startswith("Nothing was lost")
    assert report(Findings(answers=answers, missing=["publish of U1#1"]))[-2:] == [
        "missing: publish of U1#1",
        "It failed.",
    ]


def test_the_report_says_how_late_each_kind_of_message_was() -> None:
    lines = report(Findings(answers={"slash": [10.0]}, delays={"direct": [0.2, 0.4], "managers": [1.0, 61.25]}))

    assert ["direct", "2", "0.2", "0.4", "0.4", "0.4"] in [line.split() for line in lines]
    assert ["managers", "2", "1.0", "61.2", "61.2", "61.2"] in [line.split() for line in lines]


def test_percentiles_are_by_nearest_rank() -> None:
    values = [float(number) for number in range(100, 0, -1)]

    assert [percentile(values, percent) for percent in (50, 95, 99, 100)] == [50, 95, 99, 100]
    assert percentile([7.0], 50) == 7
    assert percentile([], 99) == 0

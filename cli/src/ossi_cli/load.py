"""`make load`: a burst of submissions and decisions on the whole local bot while Slack takes few messages (N1, N2)."""

from __future__ import annotations

import sys
import time

import click

from ossi_cli.build import build_for_local_aws
from ossi_playground.load import SLACK_WAITS_MS, Burst, Findings, percentile, run
from ossi_playground.local import FAILURES, LocalOssi, Options

SUBMISSIONS = 500
_PEOPLE_PER_SUBMISSION = 200 / SUBMISSIONS
_SHOWN = 20
_TELL_SECONDS = 10.0


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--submissions",
    type=click.IntRange(1, 5000),
    default=SUBMISSIONS,
    show_default=True,
    help="How many, at a pace of 500 a minute; each gets a decision as soon as the managers are asked.",
)
@click.option("--people", type=click.IntRange(1, 5000), help="Who submit them.  [default: 2 for 5 submissions]")
@click.option(
    "--messages-per-second",
    type=click.FloatRange(0.1, 100),
    default=1.0,
    show_default=True,
    help="What the local Slack takes in each channel; to more it answers 429 with Retry-After.",
)
def load(submissions: int, people: int | None, messages_per_second: float) -> None:
    """Submit and decide many contributions at once, on the local AWS, against a Slack that takes one message a second.

    Prints how long the answers took and whether a message was lost or doubled; exit code 1 if one was, or if an answer took
    more than Slack's 3 seconds. It ends by itself.

    The management channel gets one message for each submission and after that the public channel one for each acceptance, at one a
    second: 500 submissions take about 15 minutes, 60 take two. Leave the machine alone meanwhile.
    """
    burst = Burst(submissions, people or max(1, round(submissions * _PEOPLE_PER_SUBMISSION)), messages_per_second)
    click.echo(f"{burst.submissions} submissions by {burst.people} people; at most {burst.patience_s:.0f} s.")
    try:
        with LocalOssi(Options(artifacts=build_for_local_aws())) as ossi:
            findings = run(ossi, burst, _Progress().tell)
    except FAILURES as error:
        raise click.ClickException(str(error)) from error
    for line in report(findings):
        click.echo(line)
    sys.exit(0 if findings.good else 1)


def report(findings: Findings) -> list[str]:
    """What came of it, to be read by a person."""
    lines = [f"{'answers, ms':<14}{'count':>7}{'p50':>7}{'p95':>7}{'p99':>7}{'max':>7}"]
    for kind, values in findings.answers.items():
        shown = "".join(f"{percentile(values, percent):>7.0f}" for percent in (50, 95, 99, 100))
        lines.append(f"{kind:<14}{len(values):>7}{shown}")
    lines += ["", f"{'delays, s':<14}{'count':>7}{'p50':>7}{'p95':>7}{'p99':>7}{'max':>7}"]
    for kind, values in findings.delays.items():
        shown = "".join(f"{percentile(values, percent):>7.1f}" for percent in (50, 95, 99, 100))
        lines.append(f"{kind:<14}{len(values):>7}{shown}")
    lines += [
        "",
        f"messages: {findings.sent} of {findings.expected}, {len(findings.missing)} missing, {len(findings.doubled)} doubled",
        f"429 {findings.refused} times; {findings.seconds:.0f} s in all",
        "from Slack's OK to the next message (the record lies in between), ms: "
        + ", ".join(f"p{percent} {percentile(findings.gaps, percent):.0f}" for percent in (50, 95, 99)),
    ]
    for kind, each in (("trouble", findings.troubles), ("missing", findings.missing), ("doubled", findings.doubled)):
        lines += [f"{kind}: {words}" for words in each[:_SHOWN]]
        if len(each) > _SHOWN:
            lines.append(f"{kind}: and {len(each) - _SHOWN} more")
    if findings.slowest > SLACK_WAITS_MS:
        lines.append(f"too slow: an answer took {findings.slowest:.0f} ms, and Slack waits for {SLACK_WAITS_MS:.0f}")
    lines.append(
        "Nothing was lost, nothing was doubled, and every answer was in time." if findings.good else "It failed."
    )
    return lines


class _Progress:
    """A line now and then."""

    def __init__(self) -> None:
        self._started = self._told = time.monotonic()

    def tell(self, words: str) -> None:
        """Says it, if nothing was said for a while."""
        now = time.monotonic()
        if now - self._told >= _TELL_SECONDS:
            self._told = now
            click.echo(f"{now - self._started:5.0f} s  {words}")


if __name__ == "__main__":
    load()

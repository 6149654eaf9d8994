"""`ossi rollback`: go back to the release before, in one step, without Pulumi and without building anything."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import click

from ossi_cli.aws import aws_client, in_sentences

_ALIAS = "live"


@dataclass(frozen=True)
class Release:
    """What an update has put to use: function names and versions, in the order in which they went live."""

    number: int
    at: datetime
    versions: Mapping[str, str]

    def __str__(self) -> str:
        return f"release {self.number}, of {self.at.astimezone():%Y-%m-%d %H:%M %Z}"


@click.command()
@click.option("--stack", required=True, help="The Pulumi stack.")
@click.option("--region", help="The AWS region.  [default: as the AWS CLI]")
@click.option("--endpoint-url", help="Of another AWS, such as the one that `ossi local` shows.")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
def rollback(stack: str, region: str | None, endpoint_url: str | None, dry_run: bool) -> None:
    """Go back to the release before the one that's live.

    Every function is called by its alias `live`; this lets the aliases name the versions that were in use before the last
    `pulumi up`. Once more goes back one release further. What isn't a function stays as it is: tables, rights, schedules.
    """
    cloud = _Cloud(stack, region, endpoint_url)
    releases = list(cloud.releases())
    live = cloud.live(releases[-1])
    target = _before(releases, live)
    if target is None:
        raise click.ClickException(
            f"There is nothing to go back to: no release before {_told(releases, live)} is known. Nothing was changed."
        )
    # What writes goes back before what reads what it writes: so it's never the new that the old has to read.
    moves = [(name, live[name], version) for name, version in reversed(list(target.versions.items())) if name in live]
    cloud.check(moves)
    for name, old, new in moves:
        if new != old and not dry_run:
            cloud.move(name, new, f"Gone back to release {target.number} by `ossi rollback`")
        click.echo(
            f"{name:<{max(map(len, live))}}  {f'version {old} -> {new}' if new != old else f'version {old} stays'}"
        )
    if dry_run:
        click.echo(f"This would go back to {target}. Nothing was changed.")
        return
    click.echo(
        f"Live is {target}. The next `pulumi up` that changes a function moves all of them forward again; "
        "`pulumi up --refresh` does it at once."
    )


def _before(releases: list[Release], live: Mapping[str, str]) -> Release | None:
    """The newest release that isn't what is live, and in which no function is newer than the one that is.

    So an update, or a way back, that stopped halfway is undone, or finished.
    """

    def is_older(release: Release) -> bool:
        both = [(_age(version), _age(live[name])) for name, version in release.versions.items() if name in live]
        return all(then <= now for then, now in both) and any(then < now for then, now in both)

    return next((release for release in reversed(releases) if is_older(release)), None)


def _age(version: str) -> float:
    """Versions by age: $LATEST, to which someone may have moved an alias by hand, is newer than any that is published."""
    return int(version) if version.isdecimal() else float("inf")


def _told(releases: list[Release], live: Mapping[str, str]) -> str:
    now = next((release for release in reversed(releases) if release.versions.items() == live.items()), None)
    return "what is live" if now is None else f"{now},"


class _Cloud:
    """The functions of a stack and their history. All methods raise click.ClickException with a sentence."""

    def __init__(self, stack: str, region: str | None, endpoint_url: str | None) -> None:
        self._parameter = f"ossi-{stack}-release"
        self._ssm = aws_client("ssm", region=region, endpoint_url=endpoint_url)
        self._lambda = aws_client("lambda", region=region, endpoint_url=endpoint_url)
        self._region: str = self._lambda.meta.region_name

    def releases(self) -> Iterator[Release]:
        """The releases that are known, oldest first: the last hundred."""
        missing = (
            f"There is no parameter {self._parameter} in {self._region}: is it this stack and region? Or its last "
            "update was by a version of Ossi that kept no releases."
        )
        with in_sentences(f"read {self._parameter} (ssm:GetParameterHistory)", {"ParameterNotFound": missing}):
            pages = self._ssm.get_paginator("get_parameter_history").paginate(Name=self._parameter)
            found: list[dict[str, Any]] = [entry for page in pages for entry in page["Parameters"]]
        for entry in sorted(found, key=lambda entry: entry["Version"]):
            try:
                versions = cast("dict[str, str]", json.loads(entry["Value"]))
                yield Release(
                    entry["Version"], entry["LastModifiedDate"], {name: str(int(versions[name])) for name in versions}
                )
            except (ValueError, TypeError, AttributeError) as error:
                raise click.ClickException(
                    f"Version {entry['Version']} of {self._parameter} doesn't hold a release: someone changed it by hand."
                ) from error

    def live(self, release: Release) -> dict[str, str]:
        """The versions that are live, of the functions of a release."""
        found: dict[str, str] = {}
        for name in release.versions:
            with in_sentences(
                f"look at {name} (lambda:GetAlias)",
                {"ResourceNotFoundException": f"{name} has no alias {_ALIAS}. `pulumi up` puts that right."},
            ):
                found[name] = self._lambda.get_alias(FunctionName=name, Name=_ALIAS)["FunctionVersion"]
        return found

    def check(self, moves: list[tuple[str, str, str]]) -> None:
        """Looks whether the versions are still there, before anything changes."""
        for name, _, version in moves:
            with in_sentences(
                f"look at {name} (lambda:GetFunctionConfiguration)",
                {"ResourceNotFoundException": f"{name} has no version {version} any more. Nothing was changed."},
            ):
                self._lambda.get_function_configuration(FunctionName=name, Qualifier=version)

    def move(self, name: str, version: str, description: str) -> None:
        """Lets the alias name another version."""
        with in_sentences(f"move the alias {_ALIAS} of {name} (lambda:UpdateAlias)", {}):
            self._lambda.update_alias(FunctionName=name, Name=_ALIAS, FunctionVersion=version, Description=description)

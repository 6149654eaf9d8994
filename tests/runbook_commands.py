"""The commands of docs/operations.md, read as the AWS CLI reads them: service, operation, parameters, and what is shown of the answer."""

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import botocore.session
import jmespath
from botocore import xform_name
from botocore.model import ListShape, OperationModel, Shape, StructureShape
from botocore.validate import ParamValidator

from settings import REPOSITORY

TEXT = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
COMMANDS = "\n".join(text for language, text in _BLOCK.findall(TEXT) if not language)

# Of the CLI itself (AWS CLI user guide, "Command line options").
_OF_ALL = {"query", "output", "region"}
# AWS CLI command reference, `logs tail`: it's the CLI's own, over FilterLogEvents.
_OF_TAIL = {"since", "format", "filter-pattern", "follow"}
_SINCE = re.compile(r"\d+[smhdw]")

# What the reader puts in, as it looks on AWS.
_PLACEHOLDERS = {
    "PASTE-THE-BACKUP-ARN": "arn:aws:dynamodb:eu-north-1:111122223333:table/t/backup/01763000000000-0123abcd",
    "FUNCTION": "slash",
}

_session = botocore.session.get_session()


class WrongCommand(Exception):
    """A command that the AWS CLI would not take."""


@dataclass(frozen=True)
class AwsCommand:
    """A line that begins with aws. waiter: of `aws ... wait`, its name; operation: what it calls, as in AWS's model."""

    text: str
    service: str
    operation: str
    parameters: Mapping[str, Any]
    waiter: str | None
    query: str | None


def lines() -> list[str]:
    """Every command line of the runbook, those that go on after a backslash as one; those in the text too."""
    joined = re.sub(r" *\\\n *", " ", COMMANDS)
    inline = re.findall(r"`(aws [a-z-]+ [^`]+)`", re.sub(r"\n *", " ", _BLOCK.sub("", TEXT)))
    return [line.strip() for line in (*joined.splitlines(), *inline) if line.strip()]


def aws_commands(outputs: Mapping[str, str], stack: str) -> list[AwsCommand]:
    """Every AWS command, with the stack's name and outputs put in. Raises WrongCommand."""
    return [read(line, outputs, stack) for line in lines() if line.startswith("aws ")]


def read(line: str, outputs: Mapping[str, str], stack: str) -> AwsCommand:
    """Reads one command. Raises WrongCommand with what the CLI would complain of."""
    text = re.sub(r"\$\(pulumi stack output (\w+)\)", lambda match: outputs[match[1]], line)
    text = re.sub(r"\$\(date [^)]*\)", "2026-11-24T09:00:00Z", text).replace("$STACK", stack)
    for placeholder, value in _PLACEHOLDERS.items():
        text = text.replace(placeholder, value)
    words = shlex.split(text)
    _, service, operation, *rest = words
    waits = operation == "wait"
    if waits:
        operation, *rest = rest
    options = _options(rest, line)
    query = " ".join(options.pop("query", ())) or None
    if query is not None:
        jmespath.compile(query)
    if (service, operation) == ("logs", "tail"):
        return _tail(line, options)
    client = _session.create_client(
        service, region_name="eu-north-1", aws_access_key_id="testing", aws_secret_access_key="testing"
    )
    waiter: str | None = None
    if waits:
        model = _session.get_waiter_model(service)
        names = {xform_name(name, "-"): name for name in model.waiter_names}
        if operation not in names:
            raise WrongCommand(f"{line}: there's nothing to wait for of that name")
        waiter, called = xform_name(names[operation]), model.get_waiter(names[operation]).operation
    else:
        by_name = {xform_name(name, "-"): name for name in client.meta.service_model.operation_names}
        if operation not in by_name:
            raise WrongCommand(f"{line}: {service} has no operation {operation}")
        called = by_name[operation]
    model = client.meta.service_model.operation_model(called)
    parameters = _parameters(model, {name: value for name, value in options.items() if name not in _OF_ALL}, line)
    return AwsCommand(line, service, called, parameters, waiter, query)


def _tail(line: str, options: Mapping[str, list[str]]) -> AwsCommand:
    (group,) = options[""]
    if options.keys() - {""} - _OF_TAIL or not _SINCE.fullmatch(options["since"][0]) or options["format"] != ["short"]:
        raise WrongCommand(line)
    pattern = options.get("filter-pattern")
    parameters = {"logGroupName": group} | ({"filterPattern": pattern[0]} if pattern else {})
    return AwsCommand(line, "logs", "FilterLogEvents", parameters, None, None)


def _options(words: list[str], line: str) -> dict[str, list[str]]:
    options: dict[str, list[str]] = {}
    name = ""
    for word in words:
        if word.startswith("--"):
            name = word.removeprefix("--")
            if name in options:
                raise WrongCommand(f"{line}: {word} twice")
            options[name] = []
        else:
            options.setdefault(name, []).append(word)
    return options


def _parameters(model: OperationModel, options: Mapping[str, list[str]], line: str) -> dict[str, Any]:
    shape = model.input_shape
    members = shape.members if shape is not None else {}
    by_option = {xform_name(name, "-"): name for name in members}
    unknown = options.keys() - by_option.keys()
    if unknown:
        raise WrongCommand(f"{line}: {model.name} takes no {', '.join(sorted(unknown))}")
    parameters = {by_option[name]: _value(members[by_option[name]], words, line) for name, words in options.items()}
    if shape is not None:
        report = ParamValidator().validate(parameters, shape)
        if report.has_errors():
            raise WrongCommand(f"{line}: {report.generate_report()}")
    return parameters


def _value(shape: Shape, words: list[str], line: str) -> Any:
    if words and words[0][:1] in {"{", "["}:
        return json.loads(words[0])
    if isinstance(shape, ListShape):
        if isinstance(shape.member, StructureShape):
            return [dict(pair.split("=", 1) for pair in word.split(",")) for word in words]
        return list(words)
    (word,) = words or [""]
    allowed = getattr(shape, "enum", None)
    if allowed and word not in allowed:
        raise WrongCommand(f"{line}: {word} is none of {', '.join(allowed)}")
    match shape.type_name:
        case "integer" | "long":
            return int(word)
        case "double" | "float":
            return float(word)
        case _:
            return word

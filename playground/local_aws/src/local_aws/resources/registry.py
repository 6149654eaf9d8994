"""What the functions that make resources share: their register, how they read inputs, and where they make resources."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, cast

from local_aws.clients import ACCOUNT_ID, Clients
from local_aws.errors import LocalAwsError

Outputs = dict[str, object]
"""A resource's outputs by the provider's camelCase names; `id` is always among them."""

# Tags change nothing that a bot could notice; every other input has to be understood by the function of its type.
IGNORED_INPUTS = frozenset({"tags", "tagsAll"})


class InputError(LocalAwsError):
    """An input is missing, of another kind than expected, or not understood."""


class Inputs:
    """A resource's inputs, taken one by one: what is left in the end was not understood, and is an error."""

    def __init__(self, values: Mapping[str, object], path: str = "") -> None:
        """Takes inputs by their camelCase names; `path` says where they stand inside the resource's inputs."""
        self._left = {name: value for name, value in values.items() if value is not None}
        self._path = path
        self._groups: list[Inputs] = []

    def raw(self, name: str) -> object | None:
        """Takes an input as it is; None if it was not given."""
        return self._left.pop(name, None)

    def maybe_text(self, name: str) -> str | None:
        """Takes a text; None if it was not given."""
        value = self.raw(name)
        if value is not None and not isinstance(value, str):
            raise self._wrong(name, "a text", value)
        return value

    def text(self, name: str) -> str:
        """Takes a text that must be there."""
        value = self.maybe_text(name)
        if value is None:
            raise InputError(f"the input {self._path}{name} is missing")
        return value

    def maybe_number(self, name: str) -> int | None:
        """Takes a whole number; None if it was not given."""
        value = self.raw(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
            raise self._wrong(name, "a whole number", value)
        return int(value)

    def maybe_flag(self, name: str) -> bool | None:
        """Takes a truth value; None if it was not given."""
        value = self.raw(name)
        if value is not None and not isinstance(value, bool):
            raise self._wrong(name, "true or false", value)
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Takes a truth value."""
        value = self.maybe_flag(name)
        return default if value is None else value

    def texts(self, name: str) -> list[str]:
        """Takes a list of texts; empty if it was not given."""
        value = self.raw(name)
        if value is None:
            return []
        items = cast("list[object]", value) if isinstance(value, list) else [None]
        if not all(isinstance(item, str) for item in items):
            raise self._wrong(name, "a list of texts", items)
        return cast("list[str]", items)

    def mapping(self, name: str) -> dict[str, str]:
        """Takes a mapping of texts; empty if it was not given."""
        value = self.raw(name)
        if value is None:
            return {}
        items = cast("dict[str, object]", value) if isinstance(value, dict) else {"": None}
        if not all(isinstance(item, str) for item in items.values()):
            raise self._wrong(name, "a mapping of texts", items)
        return cast("dict[str, str]", items)

    def json_text(self, name: str) -> str | None:
        """Takes a JSON document, given as a text or as a value, and returns it as a text."""
        value = self.raw(name)
        return value if value is None or isinstance(value, str) else json.dumps(value)

    def group(self, name: str) -> "Inputs | None":
        """Takes a nested object; None if it was not given. What is left in it is left in the whole."""
        value = self.raw(name)
        return None if value is None else self._group(f"{name}.", value)

    def groups(self, name: str) -> list["Inputs"]:
        """Takes a list of nested objects; empty if it was not given."""
        value = self.raw(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._wrong(name, "a list", value)
        return [self._group(f"{name}[{place}].", item) for place, item in enumerate(cast("list[object]", value))]

    def _group(self, path: str, value: object) -> "Inputs":
        if not isinstance(value, dict):
            raise self._wrong(path.rstrip("."), "an object", value)
        group = Inputs(cast("dict[str, object]", value), self._path + path)
        self._groups.append(group)
        return group

    def leftovers(self) -> list[str]:
        """Returns the names, with their paths, of all inputs that nobody took, tags apart."""
        names = [self._path + name for name in self._left if name not in IGNORED_INPUTS]
        for group in self._groups:
            names.extend(group.leftovers())
        return sorted(names)

    def _wrong(self, name: str, wanted: str, value: object) -> InputError:
        # The kind, not the value: it may be a secret.
        return InputError(f"the input {self._path}{name} must be {wanted}, not {type(value).__name__}")


@dataclass(frozen=True)
class Cloud:
    """Where resources are made, and for which stack."""

    clients: Clients
    project: str
    stack: str
    mapping_ids: dict[str, bool] = field(default_factory=dict[str, bool])
    """Stream mappings made so far: id -> whether the program wants it enabled."""
    lock: Lock = field(default_factory=Lock)

    @property
    def region(self) -> str:
        """The region of every resource."""
        return self.clients.region

    @property
    def account(self) -> str:
        """The account of every resource."""
        return ACCOUNT_ID

    def arn(self, service: str, resource: str) -> str:
        """Returns `arn:aws:<service>:<region>:<account>:<resource>`."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def physical_name(self, logical: str, inputs: Inputs, *, key: str = "name", limit: int = 64) -> str:
        """Takes the name from the inputs; without one makes a name as Pulumi does, but the same in each run."""
        name = inputs.maybe_text(key)
        prefix = inputs.maybe_text(f"{key}Prefix")
        if name is not None:
            return name
        digest = hashlib.sha256(f"{self.project}/{self.stack}/{logical}".encode()).hexdigest()[:7]
        stem = prefix or f"{logical}-"
        return stem[: limit - len(digest)] + digest


Maker = Callable[[Cloud, str, Inputs], Outputs]
"""Creates or updates a resource from its logical name and inputs."""

_makers: dict[str, Maker] = {}


def resource(token: str) -> Callable[[Maker], Maker]:
    """Registers the function that makes resources of one type, by the type's Pulumi token."""

    def register(maker: Maker) -> Maker:
        _makers[token] = maker
        return maker

    return register


def make(cloud: Cloud, token: str, logical: str, values: Mapping[str, object]) -> Outputs:
    """Creates or updates a resource; returns its inputs and outputs, `id` among them.

    Raises InputError for an unknown type and for inputs that are missing or not understood, and lets pass what boto3
    raises when the emulator refuses.
    """
    maker = _makers.get(token)
    if maker is None:
        raise InputError("the local AWS does not know this resource type")
    inputs = Inputs(values)
    region = inputs.maybe_text("region")
    if region not in (None, cloud.region):
        raise InputError(f"the local AWS has the region {cloud.region} only, not {region}")
    outputs = maker(cloud, logical, inputs)
    left = inputs.leftovers()
    if left:
        raise InputError(f"the local AWS does not understand the inputs {', '.join(left)}")
    return {**values, "region": cloud.region, **outputs}


def given(**arguments: object) -> dict[str, Any]:
    """Returns the arguments that are not None, as boto3 wants optional ones (its own types check no such mapping)."""
    return {name: value for name, value in arguments.items() if value is not None}

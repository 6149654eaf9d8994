"""What runs: the published versions of all functions that belong together."""

import json
from collections.abc import Sequence
from graphlib import TopologicalSorter

import pulumi
import pulumi_aws as aws

from components.deployment import Deployment
from components.function import Function


class Release(pulumi.ComponentResource):
    """The versions of all functions that go live together, and the list of them that `ossi rollback` goes back by.

    The list is a parameter of the Systems Manager, which keeps the last hundred values. It's written last: an update
    that fails on its way isn't a release.
    """

    def __init__(
        self,
        name: str,
        deployment: Deployment,
        *,
        functions: Sequence[Function],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Lets the functions go live, those that read before those that write; then notes `ossi-<stack>-<name>`.

        The parameter's value is a JSON object of function names and versions, in the order in which they went live.
        """
        super().__init__("ossi:compute:Release", name, None, opts)
        order = list(TopologicalSorter({each: each.after for each in functions}).static_order())
        published = pulumi.Output.all(*(each.version for each in order))
        by_name = published.apply(lambda versions: dict(zip((each.physical for each in order), versions, strict=True)))
        in_words = published.apply(
            lambda versions: ", ".join(f"{each.key} {version}" for each, version in zip(order, versions, strict=True))
        )
        # Every alias names every version. So all of them are moved whenever one is, and none stays behind where
        # `ossi rollback` has left it.
        aliases = [each.go_live(in_words) for each in order]
        parameter = aws.ssm.Parameter(
            name,
            name=deployment.name(name),
            type=aws.ssm.ParameterType.STRING,
            description="The versions of the functions that are in use, after each update; `ossi rollback` reads it",
            insecure_value=by_name.apply(json.dumps),
            tags=deployment.tags(),
            opts=pulumi.ResourceOptions(parent=self, depends_on=aliases),
        )
        self.name = parameter.name
        self.register_outputs({"name": self.name})

"""The secrets: what Ossi needs to talk with Slack, and what signs report links.

The functions read them at run time, so that they are in no function's environment. They are two because a function can read a secret
only whole: whatever the internet makes of `download`, the bot token is not within its reach (ADR 21).
"""

import json
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws
from pydantic import SecretStr

from components.deployment import Deployment
from components.policies import KEY_FOR_READING, Grant


class _Secret(pulumi.ComponentResource):
    """A secret in Secrets Manager, with its value."""

    def __init__(
        self,
        type_: str,
        name: str,
        deployment: Deployment,
        *,
        description: str,
        sid: str,
        value: Mapping[str, SecretStr | None],
        opts: pulumi.ResourceOptions | None,
    ) -> None:
        """Declares the secret `ossi-<stack>-<name>`, whose value is JSON with those parts of `value` that there are.

        `type_` is the component's. `sid` names the right to read it.
        """
        super().__init__(type_, name, None, opts)
        secret = aws.secretsmanager.Secret(
            name,
            name=deployment.name(name),
            description=description,
            kms_key_id=deployment.settings.kms_key_arn,
            # Deleted at once, the name is free again at once; otherwise a deletion can be undone for 30 days.
            recovery_window_in_days=30 if deployment.protected else 0,
            tags=deployment.tags(),
            opts=pulumi.ResourceOptions(parent=self),
        )
        parts = {key: part.get_secret_value() for key, part in value.items() if part is not None}
        self._value = aws.secretsmanager.SecretVersion(
            name,
            secret_id=secret.id,
            secret_string=pulumi.Output.secret(json.dumps(parts)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._sid = sid
        self.name = secret.name
        # Not by way of the version: a new value, as in a rotation, would look like a change of whatever knows the ARN.
        self.arn = secret.arn
        self.register_outputs({"arn": self.arn, "name": self.name})

    def grant_reading(self) -> Grant:
        """Returns the right to read the secret's value, which is of use once the secret has one."""
        return Grant(
            self._sid,
            ("secretsmanager:GetSecretValue",),
            self.arn,
            key_actions=KEY_FOR_READING,
            after=(self._value,),
        )


class SlackSecret(_Secret):
    """The secret about Slack."""

    def __init__(self, name: str, deployment: Deployment, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declares the secret `ossi-<stack>-<name>` with the stack's bot token and signing secrets as its value."""
        settings = deployment.settings
        super().__init__(
            "ossi:security:SlackSecret",
            name,
            deployment,
            description="Ossi's Slack bot token, Slack signing secret, and key for report links",
            sid="ReadTheSecret",
            value={
                "slackBotToken": settings.slack_bot_token,
                "slackSigningSecret": settings.slack_signing_secret,
                # For functions from before there was a secret about links. During an update they run until each is replaced, and
                # after a way back they run again: they would read nothing at all of a secret without it.
                "linkSigningKey": settings.link_signing_key,
                "slackSigningSecretPrevious": settings.slack_signing_secret_previous,
            },
            opts=opts,
        )


class LinkSecret(_Secret):
    """The secret about report links."""

    def __init__(self, name: str, deployment: Deployment, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declares the secret `ossi-<stack>-<name>` with the stack's link signing key as its value."""
        super().__init__(
            "ossi:security:LinkSecret",
            name,
            deployment,
            description="Ossi's key for report links",
            sid="ReadTheLinkKey",
            value={"linkSigningKey": deployment.settings.link_signing_key},
            opts=opts,
        )

"""The one secret: what Ossi needs to talk with Slack and to sign report links."""

import json

import pulumi
import pulumi_aws as aws

from components.deployment import Deployment
from components.policies import KEY_FOR_READING, Grant


class SlackSecret(pulumi.ComponentResource):
    """A secret in Secrets Manager; the functions read it at run time, so that it is in no function's environment."""

    def __init__(self, name: str, deployment: Deployment, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declares the secret `ossi-<stack>-<name>` with the stack's secret settings as its value."""
        super().__init__("ossi:security:SlackSecret", name, None, opts)
        settings = deployment.settings
        secret = aws.secretsmanager.Secret(
            name,
            name=deployment.name(name),
            description="Ossi's Slack bot token, Slack signing secret, and key for report links",
            kms_key_id=settings.kms_key_arn,
            # Deleted at once, the name is free again at once; otherwise a deletion can be undone for 30 days.
            recovery_window_in_days=30 if deployment.protected else 0,
            tags=deployment.tags(),
            opts=pulumi.ResourceOptions(parent=self),
        )
        value = {
            "slackBotToken": settings.slack_bot_token.get_secret_value(),
            "slackSigningSecret": settings.slack_signing_secret.get_secret_value(),
            "linkSigningKey": settings.link_signing_key.get_secret_value(),
        }
        if settings.slack_signing_secret_previous is not None:
            value["slackSigningSecretPrevious"] = settings.slack_signing_secret_previous.get_secret_value()
        self._value = aws.secretsmanager.SecretVersion(
            name,
            secret_id=secret.id,
            secret_string=pulumi.Output.secret(json.dumps(value)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.name = secret.name
        # Not by way of the version: a new value, as in a rotation, would look like a change of whatever knows the ARN.
        self.arn = secret.arn
        self.register_outputs({"arn": self.arn, "name": self.name})

    def grant_reading(self) -> Grant:
        """Returns the right to read the secret's value, which is of use once the secret has one."""
        return Grant(
            "ReadTheSecret",
            ("secretsmanager:GetSecretValue",),
            self.arn,
            key_actions=KEY_FOR_READING,
            after=(self._value,),
        )

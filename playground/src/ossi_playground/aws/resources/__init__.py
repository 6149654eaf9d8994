"""Resources of the Pulumi program, made in the emulator: one small function a type."""

from ossi_playground.aws.resources import apigateway, dynamodb, functions, iam, logs, s3, scheduler, secrets, sqs

# Importing a module registers its functions.
MODULES = (apigateway, dynamodb, functions, iam, logs, s3, scheduler, secrets, sqs)

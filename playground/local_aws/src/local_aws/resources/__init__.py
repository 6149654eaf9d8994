"""Resources of the Pulumi program, made in the emulator: one small function a type."""

from local_aws.resources import (
    apigateway,
    budgets,
    cloudwatch,
    dynamodb,
    functions,
    iam,
    kms,
    logs,
    s3,
    scheduler,
    secrets,
    sns,
    sqs,
    ssm,
)

# Importing a module registers its functions.
MODULES = (
    *(apigateway, budgets, cloudwatch, dynamodb, functions, iam, kms, logs, s3, scheduler, secrets, sns, sqs, ssm),
)

"""What every Lambda function stands on: invocation, logs, metrics, settings, API Gateway, HTTPS."""

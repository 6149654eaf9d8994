"""As much of AWS's interfaces as the functions need that somebody waits for, by the standard library (ADR 9).

The client has the method names, the arguments and the answers of boto3's, so that the adapters take either.
"""

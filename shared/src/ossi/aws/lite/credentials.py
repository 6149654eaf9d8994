"""Whose requests these are: the credentials of the function's role, as Lambda hands them over.

Usually they stand in the environment, and Lambda starts new execution environments in good time before they expire. A function that starts
from a snapshot (SnapStart) has to ask for them, since a snapshot outlives them (AWS Lambda Developer Guide, "Compatibility").
"""

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from ossi.runtime.https import HttpClient

_RENEWED_BEFORE_S = 300
_TIMEOUT_S = 2


@dataclass(frozen=True)
class Credentials:
    """Whose signature it is."""

    access_key: str
    secret_key: str = field(repr=False)
    session_token: str = field(repr=False)


class LambdaCredentials:
    """Gives the credentials that are good now. now: seconds since the epoch."""

    def __init__(self, environment: Mapping[str, str] = os.environ, now: Callable[[], float] = time.time) -> None:
        self._environment = environment
        self._now = now
        self._asked: Credentials | None = None
        self._good_until = 0.0

    def __call__(self) -> Credentials:
        """Raises ExchangeError where Lambda does not answer, ValueError where it answers anything else, KeyError where there are none."""
        environment = self._environment
        if "AWS_CONTAINER_CREDENTIALS_FULL_URI" not in environment or "AWS_ACCESS_KEY_ID" in environment:
            key, secret = environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]
            return Credentials(key, secret, environment.get("AWS_SESSION_TOKEN", ""))
        if self._asked is None or self._now() > self._good_until - _RENEWED_BEFORE_S:
            self._asked, self._good_until = self._ask(environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"])
        return self._asked

    def _ask(self, uri: str) -> tuple[Credentials, float]:
        url = urlsplit(uri)
        client = HttpClient(f"{url.scheme}://{url.netloc}", timeout_s=_TIMEOUT_S)
        token = self._environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
        answer = client.get(url.path or "/", {"Authorization": token})
        if answer.status != 200:
            raise ValueError(f"no credentials: status {answer.status}")
        try:
            said = json.loads(answer.body)
            until = datetime.fromisoformat(said["Expiration"]).timestamp()
            return Credentials(said["AccessKeyId"], said["SecretAccessKey"], said["Token"]), until
        except (ValueError, TypeError, KeyError, RecursionError):  # whose text might show a part of them
            raise ValueError("no credentials: an answer that holds none") from None


lambda_credentials = LambdaCredentials()
"""Those of this execution environment."""

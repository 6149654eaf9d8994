"""Signature Version 4: how AWS knows who sends a request (IAM User Guide, "Create a signed AWS API request").

What botocore's SigV4Auth and S3SigV4QueryAuth do for the few kinds of request that Ossi makes; property tests compare them.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from ossi.aws.lite.credentials import Credentials

_ALGORITHM = "AWS4-HMAC-SHA256"
_SAFE = "-_.~"  # besides letters and digits


@dataclass(frozen=True)
class Scope:
    """What a signature is good for: service as `dynamodb`, region as `eu-north-1`, at an aware moment."""

    service: str
    region: str
    at: datetime

    @property
    def timestamp(self) -> str:
        """As AWS writes it: 20261031T070500Z."""
        return f"{self.at.astimezone(UTC):%Y%m%dT%H%M%SZ}"

    def __str__(self) -> str:
        return f"{self.timestamp[:8]}/{self.region}/{self.service}/aws4_request"


def signed_headers(
    path: str, headers: Mapping[str, str], body: bytes, scope: Scope, credentials: Credentials
) -> dict[str, str]:
    """The headers of a POST request, with its signature. path: as it is sent; headers: with Host, which the connection sends anyway."""
    signed = {**headers, "X-Amz-Date": scope.timestamp}
    if credentials.session_token:
        signed["X-Amz-Security-Token"] = credentials.session_token
    names, signature = _signature("POST", path, "", signed, hashlib.sha256(body).hexdigest(), scope, credentials)
    return {
        **signed,
        "Authorization": f"{_ALGORITHM} Credential={credentials.access_key}/{scope}, SignedHeaders={names}, Signature={signature}",
    }


def presigned_query(
    method: str,
    host: str,
    path: str,
    parameters: Mapping[str, str],
    life_s: int,
    scope: Scope,
    credentials: Credentials,
) -> str:
    """The query of a URL that whoever has it may use for life_s seconds, with that method. path: as it stands in the URL."""
    query = {
        **parameters,
        "X-Amz-Algorithm": _ALGORITHM,
        "X-Amz-Credential": f"{credentials.access_key}/{scope}",
        "X-Amz-Date": scope.timestamp,
        "X-Amz-Expires": str(life_s),
        "X-Amz-SignedHeaders": "host",
    }
    if credentials.session_token:
        query["X-Amz-Security-Token"] = credentials.session_token
    pairs = sorted((quote(name, safe=_SAFE), quote(value, safe=_SAFE)) for name, value in query.items())
    encoded = "&".join(f"{name}={value}" for name, value in pairs)
    _, signature = _signature(method, path, encoded, {"Host": host}, "UNSIGNED-PAYLOAD", scope, credentials)
    return f"{encoded}&X-Amz-Signature={signature}"


def _signature(
    method: str, path: str, query: str, headers: Mapping[str, str], payload: str, scope: Scope, credentials: Credentials
) -> tuple[str, str]:
    """The names of the headers that are signed, and the signature. path: encoded once, as it is sent."""
    canonical = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    names = ";".join(sorted(canonical))
    lines = "".join(f"{name}:{canonical[name]}\n" for name in sorted(canonical))
    # Every service but S3 encodes the path of a request a second time.
    sent = path if scope.service == "s3" else quote(path, safe=f"/{_SAFE}")
    request = f"{method}\n{sent}\n{query}\n{lines}\n{names}\n{payload}"
    hashed = hashlib.sha256(request.encode()).hexdigest()
    key = f"AWS4{credentials.secret_key}".encode()
    for part in str(scope).split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return names, hmac.digest(key, f"{_ALGORITHM}\n{scope.timestamp}\n{scope}\n{hashed}".encode(), "sha256").hex()

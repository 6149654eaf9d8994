"""The way to the files in the private bucket, without boto3: whoever clicks on a link does not wait for its service models."""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from ossi.aws.lite.client import endpoint, region, regional_host
from ossi.aws.lite.credentials import lambda_credentials
from ossi.aws.lite.signature import Scope, presigned_query

PREFIX = "reports/"


def _now() -> datetime:
    return datetime.now(UTC)


class S3Downloads:
    """URLs that lead to the bucket's files, good for a while and for nothing else. now: the present moment, aware."""

    def __init__(self, bucket: str, now: Callable[[], datetime] = _now) -> None:
        self._bucket = bucket
        self._now = now

    def presigned_url(self, name: str, method: str, life_s: int, *, saved_as: str) -> str:
        """A URL that serves the file as a download for life_s seconds. method: GET or HEAD, the one it will be fetched with."""
        base, path = self._address(name)
        parameters = {} if method == "HEAD" else {"response-content-disposition": f'attachment; filename="{saved_as}"'}
        scope = Scope("s3", region(), self._now())
        host = urlsplit(base).netloc
        query = presigned_query(method, host, path, parameters, life_s, scope, lambda_credentials())
        return f"{base}{path}?{query}"

    def _address(self, name: str) -> tuple[str, str]:
        """The bucket's own name in its region: the global one answers with a redirect for hours after a bucket was made.

        Where an endpoint is configured there may be no such names: the bucket is the first part of the path.
        """
        host = f"{self._bucket}.{regional_host('s3')}"
        base = endpoint("S3", host)
        path = quote(f"/{PREFIX}{name}")
        return (base, path) if base == f"https://{host}" else (base, f"/{self._bucket}{path}")

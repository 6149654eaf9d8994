"""The private bucket of the reports' files, where the report function stores them."""

from typing import Any

import boto3
from botocore.config import Config

PREFIX = "reports/"
_CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}


class S3ReportFiles:
    """ports.ReportFiles."""

    def __init__(self, bucket: str, client: Any = None) -> None:
        self._bucket = bucket
        # SigV4 by the region's own address: the global one answers with a redirect for hours after a bucket was made.
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": "virtual"} if client is None else {},
            connect_timeout=2,
            read_timeout=10,
            retries={"mode": "standard", "total_max_attempts": 3},
        )
        self._client = client or boto3.client("s3", config=config)

    def store(self, name: str, content: bytes) -> None:
        """See ports.ReportFiles."""
        content_type = _CONTENT_TYPES[name.rpartition(".")[2]]
        self._client.put_object(Bucket=self._bucket, Key=PREFIX + name, Body=content, ContentType=content_type)

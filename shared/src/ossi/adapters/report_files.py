"""The private bucket of the reports' files: the report function stores, the download function lets people fetch."""

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
    """ports.ReportFiles, and the way to them."""

    def __init__(self, bucket: str, client: Any = None) -> None:
        self._bucket = bucket
        # SigV4 by the region's own address: the global one answers with a redirect for hours after a bucket was made.
        config = Config(signature_version="s3v4", s3={"addressing_style": "virtual"} if client is None else {})
        self._client = client or boto3.client("s3", config=config)

    def store(self, name: str, content: bytes) -> None:
        """See ports.ReportFiles."""
        content_type = _CONTENT_TYPES[name.rpartition(".")[2]]
        self._client.put_object(Bucket=self._bucket, Key=PREFIX + name, Body=content, ContentType=content_type)

    def presigned_url(self, name: str, method: str, life_s: int, *, saved_as: str) -> str:
        """A URL that serves the file as a download for life_s seconds. method: GET or HEAD, the one it will be fetched with."""
        operation = "head_object" if method == "HEAD" else "get_object"
        params: dict[str, str] = {"Bucket": self._bucket, "Key": PREFIX + name}
        if method != "HEAD":
            params["ResponseContentDisposition"] = f'attachment; filename="{saved_as}"'
        return self._client.generate_presigned_url(operation, Params=params, ExpiresIn=life_s)

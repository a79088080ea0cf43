"""S3-compatible storage. Credentials come from where boto3 looks: AWS_ACCESS_KEY_ID and so on."""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, Self, cast
from urllib.parse import parse_qsl, urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shop.config import BadSettings
from shop.errors import Unavailable
from shop.logs import log

LINK_SECONDS = 60
"""Only the start of a download must fall in this time."""
IN_MEMORY = 8 * 1024 * 1024
ANSWERS = {
    "Content-Disposition": "ResponseContentDisposition",
    "Content-Type": "ResponseContentType",
    "Cache-Control": "ResponseCacheControl",
}


class S3Storage:
    def __init__(self, bucket: str, endpoint_url: str | None, region: str) -> None:
        self.bucket = bucket
        self.client: Any = boto3.client(
            "s3",
            endpoint_url=endpoint_url,
            region_name=region,
            config=Config(
                signature_version="s3v4",
                connect_timeout=2,
                read_timeout=10,
                retries={"max_attempts": 2},
                request_checksum_calculation="when_required",  # others than Amazon refuse it
                s3={"addressing_style": "path" if endpoint_url else "auto"},
            ),
        )

    @classmethod
    def at(cls, url: str) -> Self:
        """From `s3://bucket?endpoint_url=https://…&region=…`; both parameters are optional."""
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query))
        unknown = options.keys() - {"endpoint_url", "region"}
        if not parts.netloc or parts.path.strip("/") or unknown:
            raise BadSettings("SHOP_STORAGE_URL must read s3://bucket?endpoint_url=…&region=…")
        return cls(parts.netloc, options.get("endpoint_url"), options.get("region", "us-east-1"))

    def save(self, key: str, stream: BinaryIO) -> None:
        with _answering():
            self.client.upload_fileobj(stream, self.bucket, key)

    def size(self, key: str) -> int | None:
        with _answering():
            try:
                return int(self.client.head_object(Bucket=self.bucket, Key=key)["ContentLength"])
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                    return None
                raise

    def open(self, key: str) -> BinaryIO:
        copy = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  the caller closes it
        with _answering():
            self.client.download_fileobj(self.bucket, key, copy)
        copy.seek(0)
        return cast("BinaryIO", copy)

    def link(self, key: str, headers: dict[str, str]) -> str:
        answers = {ANSWERS[name]: value for name, value in headers.items() if name in ANSWERS}
        url: str = self.client.generate_presigned_url(
            "get_object", {"Bucket": self.bucket, "Key": key} | answers, ExpiresIn=LINK_SECONDS
        )
        return url

    def check(self) -> None:
        with _answering():
            self.client.head_bucket(Bucket=self.bucket)


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        log.error("storage", error=type(error).__name__)
        raise Unavailable("The files cannot be reached right now. Please try again soon.") from None

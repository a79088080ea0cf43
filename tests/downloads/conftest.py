from collections.abc import Iterator

import boto3
import pytest
from flask import Flask
from moto.server import ThreadedMotoServer

from tests.browser import Browser, open_browser


@pytest.fixture
def client(app: Flask) -> Browser:
    return open_browser(app)


@pytest.fixture(scope="session")
def s3_url() -> Iterator[str]:
    """An S3 server of its own, with one bucket."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ACCESS_KEY_ID", "test")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "test")
        server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
        client.create_bucket(Bucket="files")
        yield f"s3://files?endpoint_url={endpoint}&region=us-east-1"
        client.close()
        server.stop()

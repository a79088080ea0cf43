"""Both storages keep the same promises; S3 is a server of its own on this machine."""

from io import BytesIO
from pathlib import Path

import pytest
import requests

from shop import config
from shop.config import BadSettings, Settings
from shop.downloads import storage
from shop.downloads.delivery import disposition
from shop.downloads.storage import FolderStorage, Storage
from shop.errors import Unavailable


@pytest.fixture(params=["folder", "s3"])
def files(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Storage:
    url = request.getfixturevalue("s3_url") if request.param == "s3" else ""
    return storage.connect(settings.model_copy(update={"data_dir": tmp_path, "storage_url": url}))


def test_what_is_saved_is_there(files: Storage) -> None:
    files.check()
    assert files.size("a/b") is None
    files.save("a/b", BytesIO(b"first"))
    files.save("a/b", BytesIO(b"second!"))
    assert files.size("a/b") == 7
    with files.open("a/b") as stream:
        assert stream.read() == b"second!"


def test_s3_links_download_under_the_name(files: Storage) -> None:
    name = 'Größe "1" 日本.zip'
    files.save("key", BytesIO(b"content"))
    link = files.link(
        "key",
        {
            "Content-Disposition": disposition(name),
            "Content-Type": "application/zip",
            "Cache-Control": "private, no-store",
        },
    )
    if isinstance(files, FolderStorage):
        assert link is None
        return
    assert link
    answer = requests.get(link, timeout=5)
    assert answer.content == b"content"
    assert answer.headers["Content-Disposition"] == disposition(name)
    assert answer.headers["Content-Type"] == "application/zip"
    assert "X-Amz-Expires=60" in link
    assert "X-Amz-Signature=" in link


def test_an_s3_that_is_away_is_a_503(settings: Settings, s3_url: str) -> None:
    away = settings.model_copy(
        update={"storage_url": "s3://files?endpoint_url=http://127.0.0.1:9&region=eu-central-1"}
    )
    with pytest.raises(Unavailable):
        storage.connect(away).size("key")
    missing = settings.model_copy(update={"storage_url": s3_url.replace("//files", "//nothing")})
    with pytest.raises(Unavailable):
        storage.connect(missing).check()


@pytest.mark.parametrize(
    "key",
    ["../shop.db", "/etc/passwd", "a/../../shop.db", "..", "", ".", "a/\0b", "outside/secret"],
)
def test_no_key_leads_out_of_the_folder(tmp_path: Path, key: str) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "files" / "outside").symlink_to(tmp_path)
    folder = FolderStorage(tmp_path / "files")
    with pytest.raises(ValueError, match=r"leads out|null"):
        folder.open(key)
    with pytest.raises(ValueError, match=r"leads out|null"):
        folder.save(key, BytesIO(b"x"))


def test_a_failed_save_leaves_nothing(tmp_path: Path) -> None:
    class Torn(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("torn")

    folder = FolderStorage(tmp_path)
    with pytest.raises(OSError, match="torn"):
        folder.save("a", Torn())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url", ["ftp://files", "s3://", "s3://files/folder", "s3://files?endpoint=http://x", "files"]
)
def test_a_storage_url_that_is_wrong_stops_the_start(settings: Settings, url: str) -> None:
    with pytest.raises(BadSettings, match="SHOP_STORAGE_URL"):
        storage.connect(config.load(_env_file=None, storage_url=url))

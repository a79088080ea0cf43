"""The index is read where the system has mapped it."""

import tracemalloc
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from whoosh.fields import TEXT, Schema
from whoosh.index import create_in, open_dir

from shop.search.mapped import Window

TEXTS = b"first line\nsecond line\nthe rest"


@pytest.mark.parametrize("file", [BytesIO(TEXTS), Window(memoryview(TEXTS))])
def test_a_window_reads_as_a_file_does(file: BytesIO | Window) -> None:
    assert (file.read(6), file.tell()) == (b"first ", 6)
    assert (file.readline(), file.readline()) == (b"line\n", b"second line\n")
    assert (file.seek(-4, 2), file.read()) == (len(TEXTS) - 4, b"rest")
    assert (file.read(1), file.tell()) == (b"", len(TEXTS))
    assert (file.seek(4), file.seek(2, 1), file.read(4)) == (4, 6, b"line")


def test_an_open_index_takes_less_than_its_files(app: Flask, tmp_path: Path) -> None:
    index = create_in(tmp_path, Schema(text=TEXT(stored=True)))
    with index.writer() as writer:
        for number in range(500):
            writer.add_document(text=" ".join(f"word{number * n}" for n in range(50)))
    size = sum(file.stat().st_size for file in tmp_path.iterdir())

    tracemalloc.start()
    with open_dir(tmp_path, readonly=True).searcher() as searcher:
        taken, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert searcher.reader().doc_frequency("text", "word49") == 3
    assert taken < size / 3

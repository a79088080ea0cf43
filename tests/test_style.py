"""House rules that no linter knows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHOP = sorted(ROOT.glob("shop/**/*.py"))
SOURCES = [*SHOP, *sorted(ROOT.glob("stripe_sandbox/**/*.py"))]
TEMPLATES = sorted(ROOT.glob("shop/**/templates/**/*.html"))
VAGUE = {"utils.py", "helpers.py", "common.py", "base.py", "misc.py"}


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            yield node


def test_a_file_is_one_thing() -> None:
    assert not [path for path in SOURCES if path.name in VAGUE]
    assert not [path for path in SOURCES if len(path.read_text().splitlines()) > 300]


def test_a_function_fits_a_screen() -> None:
    for path in SOURCES:
        long = [f.name for f in functions(path) if (f.end_lineno or 0) - f.lineno >= 55]
        assert not long, path


def test_only_one_place_commits() -> None:
    committing = re.compile(r"session(\(\))?\.commit\(")
    found = [path.name for path in SHOP if committing.search(path.read_text())]
    assert found == ["db.py"]


def test_a_flush_says_why() -> None:
    for path in SHOP:
        for line in path.read_text().splitlines():
            assert "session.flush()" not in line or "#" in line, f"{path}: {line}"


def test_template_names_are_unique() -> None:
    names = [str(path).split("/templates/")[-1] for path in TEMPLATES]
    assert len(names) == len(set(names))


def test_a_template_asks_the_database_nothing() -> None:
    asking = re.compile(r"session\.|\.scalars\(|\.query\(")
    assert not [path for path in TEMPLATES if asking.search(path.read_text())]


def test_nothing_names_this_machine() -> None:
    tracked = [*SOURCES, *TEMPLATES, *ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    tracked += [*ROOT.glob("requirements/*.txt"), ROOT / "Makefile", ROOT / ".ci" / "run"]
    for path in tracked:
        text = path.read_text()
        assert str(Path.home()) not in text, path
        assert str(ROOT) not in text, path
    for lock in ROOT.glob("requirements/*.txt"):
        assert "://" not in lock.read_text(), lock

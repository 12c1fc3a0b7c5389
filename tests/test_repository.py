"""What the repository promises about itself: documents, contracts, locks."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from watchers.registry import WATCHERS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_every_kind_of_source_has_a_row_in_the_readme():
    table = re.findall(r"^\| `([a-z-]+)` \| (?:`([a-z-]+)`)? ?\|", README, re.MULTILINE)
    rows = {f"{kind}/{provider}" if provider else kind for kind, provider in table} - {"kind/provider"}
    assert rows == set(WATCHERS)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (path.parent / target).exists(), target


def test_commands_of_the_readme_exist():
    from bot.cli.main import app

    known = {command.name for command in app.registered_commands} | {group.name for group in app.registered_groups}
    named = set(re.findall(r"^onrecord ([a-z]+)", README, re.MULTILINE))
    assert named <= known
    assert known - named <= {"demo", "run"}


def test_targets_of_the_readme_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"`?make ([a-z-]+)", README)) - {"nothing"}:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_smallest_configuration_of_the_readme_loads(tmp_path):
    from bot.config import load

    example = next(block for block in re.findall(r"```toml\n(.*?)```", README, re.DOTALL) if "[[source]]" in block)
    path = tmp_path / "config.toml"
    path.write_text(example, encoding="utf-8")
    config = load(path, {})
    assert [source.name for source in config.sources] == ["meta-newsroom"]
    assert config.warnings == ()


def test_queries_of_the_readme_are_read():
    from rules.query import parse

    block = next(block for block in re.findall(r"```text\n(.*?)```", README, re.DOTALL) if "NEAR" in block)
    for query in block.strip().splitlines():
        parse(query)


def test_rules_may_import_the_nouns_of_watchers_only():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    forbidden = next(set(one["forbidden_modules"]) for one in contracts if one.get("source_modules") == ["rules"])
    there = {
        f"watchers.{path.stem}"
        for path in (ROOT / "watchers").iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").exists()) and path.stem not in {"__init__", "model"}
    }
    assert there == forbidden


def test_locks_have_hashes_and_no_addresses():
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        pins = re.findall(r"^[A-Za-z0-9._-]+(?:\[[^\]]*\])?==", text, re.MULTILINE)
        assert len(pins) > 30
        assert text.count("--hash=sha256:") >= len(pins)
        assert "://" not in text


def test_every_dependency_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = {
        name.lower().replace("_", "-")
        for name in re.findall(r"^([A-Za-z0-9._-]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    }
    for dependency in project["dependencies"]:
        name = re.match(r"[A-Za-z0-9._-]+", dependency)[0].lower().replace("_", "-")
        assert name in locked, dependency


def test_nothing_is_written_for_later():
    tracked = subprocess.run(
        ["git", "ls-files", "*.py", "*.md", "*.toml"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if tracked.returncode:
        pytest.skip("not a git checkout")
    mark = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
    found = [name for name in tracked.stdout.split() if mark.search((ROOT / name).read_text(encoding="utf-8"))]
    assert found == []

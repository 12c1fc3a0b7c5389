"""Folders are looked at from outside: a file that was dropped names its source once, when it is whole."""

import os
from pathlib import Path

import pytest

from bot import folders as module
from bot.folders import Folders
from making import source
from watchers import folder


def watching(path: Path, name: str = "inbox") -> Folders:
    looking = Folders([source(name, kind="folder", options=folder.Options(path=path)), source("news")])
    looks(looking)
    return looking


def looks(looking: Folders) -> list[str]:
    """What two looks name: a change is one when it is seen twice."""
    return looking.changed() + looking.changed()


def test_only_folders_are_looked_at():
    assert not Folders([source("news")])
    assert Folders([source("news")]).changed() == []


def test_a_folder_is_named_once_at_first_and_then_when_something_changed(tmp_path: Path):
    looking = Folders([source("inbox", kind="folder", options=folder.Options(path=tmp_path))])
    assert bool(looking)
    assert [looking.changed() for _ in range(4)] == [[], ["inbox"], [], []]
    (tmp_path / "one.txt").write_text("words")
    assert [looking.changed() for _ in range(4)] == [[], ["inbox"], [], []]


def test_a_file_that_comes_goes_is_renamed_or_written_anew_is_a_change(tmp_path: Path):
    looking = watching(tmp_path)
    one = tmp_path / "one.txt"
    one.write_text("words")
    assert looks(looking) == ["inbox"]
    one.rename(tmp_path / "two.txt")
    assert looks(looking) == ["inbox"]
    (tmp_path / "two.txt").write_text("other words")
    assert looks(looking) == ["inbox"]
    os.utime(tmp_path / "two.txt", ns=(1, 2_000_000_000_000_000_000))
    assert looks(looking) == ["inbox"]
    (tmp_path / "two.txt").unlink()
    assert looks(looking) == ["inbox"]
    assert looks(looking) == []


def test_a_file_that_is_still_being_written_names_nobody(tmp_path: Path):
    looking = watching(tmp_path)
    with (tmp_path / "long.txt").open("w") as file:
        for _ in range(5):
            file.write("word " * 100)
            file.flush()
            assert looking.changed() == []
    assert looking.changed() == ["inbox"]
    assert looks(looking) == []


def test_a_folder_that_comes_or_goes_is_a_change(tmp_path: Path):
    inbox = tmp_path / "inbox"
    looking = watching(inbox)
    assert looks(looking) == []
    inbox.mkdir()
    assert looks(looking) == ["inbox"]
    inbox.rmdir()
    assert looks(looking) == ["inbox"]


def test_of_a_great_many_files_only_the_folder_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MOST_FILES", 3)
    for number in range(5):
        (tmp_path / f"{number}.txt").write_text("words")
    looking = watching(tmp_path)
    (tmp_path / "0.txt").write_text("other words")
    assert looks(looking) == []
    (tmp_path / "6.txt").write_text("words")
    assert looks(looking) == ["inbox"]


def test_a_link_to_nothing_and_a_file_that_goes_while_one_looks_disturb_nobody(tmp_path: Path):
    looking = watching(tmp_path)
    (tmp_path / "link.txt").symlink_to(tmp_path / "nowhere")
    assert looks(looking) == ["inbox"]
    assert looks(looking) == []

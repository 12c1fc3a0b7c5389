"""Which module watches what."""

import inspect

import pytest
from pydantic import BaseModel

from watchers import registry
from watchers.registry import UnknownWatcher, find


@pytest.mark.parametrize("name", registry.WATCHERS)
def test_every_watcher_has_its_options_and_its_visit(name):
    kind, _, provider = name.partition("/")
    watcher = find(kind, provider or None)
    assert issubclass(watcher.Options, BaseModel)
    assert watcher.Options.model_config.get("extra") == "forbid", "a key with a typo must not be taken in silence"
    assert watcher.Options.__doc__, "`check` and the documentation say what a source may say"
    assert inspect.isasyncgenfunction(watcher.visit)
    assert list(inspect.signature(watcher.visit).parameters) == ["visit"]
    own = set(watcher.Options.model_fields)
    assert not own & {"name", "kind", "provider", "company", "every", "recheck"}, "hidden by the source's own keys"


@pytest.mark.parametrize(
    ("kind", "provider", "nearest"),
    [
        ("blogs", None, "blog"),
        ("docket", "pacer-rs", "docket/pacer-rss"),
        ("transcript", "earningscall", "transcripts/earningscall"),
        ("docket", None, "docket"),
        ("", None, None),
        ("zzz", "zzz", None),
    ],
)
def test_an_unknown_one_is_told_with_the_nearest(kind, provider, nearest):
    with pytest.raises(UnknownWatcher) as unknown:
        find(kind, provider)
    if nearest is None:
        assert unknown.value.nearest is None
    else:
        assert unknown.value.nearest is not None
        assert unknown.value.nearest.startswith(nearest)
        assert unknown.value.nearest in str(unknown.value)


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A package of watchers of one's own."""
    (tmp_path / "my_watchers").mkdir()
    (tmp_path / "my_watchers" / "__init__.py").touch()
    (tmp_path / "my_watchers" / "forum.py").write_text(
        "from pydantic import BaseModel\nclass Options(BaseModel): pass\nasync def visit(visit):\n    yield visit\n"
    )
    (tmp_path / "my_watchers" / "wanting.py").write_text("import my_watch\n")
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("mine")
@pytest.mark.parametrize("provider", [None, "mine"])
def test_one_of_ones_own_is_found_by_its_import_path(provider):
    assert find("my_watchers.forum", provider).Options.__module__ == "my_watchers.forum"


@pytest.mark.usefixtures("mine")
def test_a_module_that_lacks_something_is_not_said_to_be_missing():
    with pytest.raises(ModuleNotFoundError, match="'my_watch'"):
        find("my_watchers.wanting")


@pytest.mark.usefixtures("mine")
@pytest.mark.parametrize(
    "kind", ["my_watchers.missing", "no_such.module", ".relative", "a..b", "a.b/c", "os.path;x", "."]
)
def test_no_module_goes_by_that_name(kind):
    with pytest.raises(UnknownWatcher):
        find(kind)

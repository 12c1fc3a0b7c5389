"""Which entry is which from visit to visit. Each case is a feed that somebody suffered from."""

import pytest

from watchers.listing import KEPT, departed, known_keys, mark
from watchers.model import Document, Passage, PostMeta


def post(key: str, link: str | None = None, title: str = "", words: str = "", **changed) -> Document:
    passages = (Passage(text=words),) if words else ()
    meta = PostMeta(feed_id=key, **{name: changed.pop(name) for name in ("teaser", "author") if name in changed})
    return Document(key=key, url=link, title=title, meta=meta, passages=passages, **changed)


def posts(count: int, ids: str, path: str = "") -> list[Document]:
    return [
        post(f"{ids}{n}", f"https://a.example{path}/{n}", f"Title {n}", f"The words of post {n}.") for n in range(count)
    ]


def known(*entries: Document) -> dict:
    return {entry.key: mark(entry) for entry in entries}


def test_ids_made_anew_at_every_build():
    """newrelic/docs-website#1271"""
    assert known_keys(posts(5, "build-2-"), known(*posts(5, "build-1-"))) == {
        f"build-2-{n}": f"build-1-{n}" for n in range(5)
    }


def test_ids_and_links_changed_with_the_path_structure():
    """lwindolf/liferea#1195"""
    moved = posts(5, "/new/", "/new")
    assert known_keys(moved, known(*posts(5, "/old/"))) == {f"/new/{n}": f"/old/{n}" for n in range(5)}


def test_ids_that_alternate_with_the_address():
    """FreshRSS#5909: the known key stays whichever form comes."""
    before = known(*posts(3, "guid-"))
    other = posts(3, "https://a.example/")
    assert known_keys(other, before) == {f"https://a.example/{n}": f"guid-{n}" for n in range(3)}
    assert known_keys(posts(3, "guid-"), before) == {}


def test_http_that_became_https():
    """NetNewsWire#431"""
    before = post("http://a.example/1", "http://a.example/1", "Title", "Words.")
    after = post("https://a.example/1", "https://www.a.example/1/", "Title", "Words, edited.")
    assert known_keys([after], known(before)) == {"https://a.example/1": "http://a.example/1"}


def test_a_date_that_was_edited_where_it_is_part_of_the_key():
    """go-neb#84"""
    before, after = post("Title@2026-11-23", None, "Title", "Words."), post("Title@2026-11-24", None, "Title", "Words.")
    assert known_keys([after], known(before)) == {"Title@2026-11-24": "Title@2026-11-23"}


def test_links_that_change_at_every_answer_where_there_is_no_id():
    """papr#103"""
    first = [post(f"//a.example/{n}?t=1", f"https://a.example/{n}?t=1", f"T{n}", "Words.") for n in range(3)]
    second = [post(f"//a.example/{n}?t=2", f"https://a.example/{n}?t=2", f"T{n}", "Words.") for n in range(3)]
    assert known_keys(second, known(*first)) == {entry.key: old.key for entry, old in zip(second, first, strict=True)}


def test_an_id_that_began_to_repeat():
    """brief-rss#428: the first entry loses its id to the ladder, not its key to us."""
    before = post("x", "https://a.example/1", "One", "Words.")
    after = [
        post("//a.example/1", "https://a.example/1", "One", "Words."),
        post("//a.example/2", "https://a.example/2", "Two", "More."),
    ]
    assert known_keys(after, known(before)) == {"//a.example/1": "x"}


def test_an_id_that_was_given_to_another_post_is_an_edit():
    """feedbin/support#604: the same key; what is new in it is news all the same."""
    assert known_keys([post("1", "https://a.example/2", "Two", "Other words.")], known(*posts(1, ""), post("1"))) == {}


@pytest.mark.parametrize(
    "new",
    [
        post("2", "https://a.example/2", "Open thread", "Talk."),
        post("2", "https://a.example/", "Status", "All is well."),
        post("2", None, "Open thread", "Other words."),
        post("2", None),
    ],
)
def test_a_new_post_that_looks_like_an_old_one_is_new(new):
    old = [
        post("1", "https://a.example/1", "Open thread", "Talk."),
        post("0", None, "Open thread", "Words."),
        post("00"),
    ]
    assert known_keys([new, *posts(3, "others-")], known(*old, *posts(3, "others-"))) == {}


def test_two_that_share_everything_are_not_guessed_at():
    twins = [post(f"new-{n}", "https://a.example/", "Twin", "Words.") for n in range(2)]
    old = [post(f"old-{n}", "https://a.example/", "Twin", "Words.") for n in range(2)]
    assert known_keys(twins, known(*old)) == {}


def test_an_entry_that_is_still_there_is_nobody_elses():
    old = posts(4, "a-")
    copy = old[0].model_copy(update={"key": "copy"})
    assert known_keys([*old, copy], known(*old)) == {}


@pytest.mark.parametrize(
    ("changed", "news"),
    [
        ({"key": "2"}, False),
        ({"published": "2026-11-24T00:00:00Z"}, False),
        ({"link": "http://www.a.example/1/?utm_source=rss"}, False),
        ({"link": "https://a.example/2"}, True),
        ({"title": "Another title"}, True),
        ({"words": "Other words."}, True),
        ({"author": "Jane Doe"}, True),
        ({"language": "ms"}, True),
        ({"teaser": True}, True),
    ],
)
def test_what_is_news_in_an_entry(changed, news):
    usual = {"key": "1", "link": "https://a.example/1", "title": "Title", "words": "Words."}
    assert (mark(post(**usual | changed))["said"] != mark(post(**usual))["said"]) == news


def test_what_left_the_feed_is_remembered_for_a_while():
    before = known(*posts(KEPT + 50, ""))
    left = departed(before, ["149", "148"])
    assert len(left) == KEPT
    assert list(left)[-1] == "147"
    assert departed(before, list(before)) == {}

"""What there is to be told: feeds over loopback that publish, edit, and remember what they published.

Every sentence that a rule is to find holds a serial that stands nowhere else, so that it can be counted in a channel.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from random import Random

from loopback import Upstream

PADDING = "And there is more to be said of it, which nobody asked to hear about at all. " * 18
TEASER = "A few words about what came of the talks with partners."
KEPT = 30
"""Posts that a feed shows."""
SERIAL = re.compile(r"serial\d{6}")


@dataclass(slots=True)
class Post:
    key: str
    at: datetime
    sentences: list[str]
    page: bool
    """Its words stand on a page of its own, and the feed has a teaser."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A sentence, and the channel that asked for it."""

    serial: str
    channel: str
    feed: str


@dataclass
class Newsroom:
    """`topics`: a word that a rule asks for, and the rule's channel; every feed speaks of all of them."""

    upstream: Upstream
    topics: Mapping[str, str]
    feeds: tuple[str, ...]
    rng: Random
    alone: Collection[str] = ()
    """Topics whose every sentence is a post of its own."""
    published: dict[str, Expected] = field(default_factory=dict)
    """By serial: all that was ever put where the program could see it."""
    kept: int = KEPT
    _posts: dict[str, list[Post]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for feed in self.feeds:
            self._posts[feed] = []
            self._serve(feed)

    def address(self, feed: str) -> str:
        return self.upstream.url(f"/{feed}.xml")

    def publish(self, now: datetime, about: tuple[str, str] | None = None) -> Expected:
        """A post in one of the feeds, or now and then another sentence in a post that stood there whole.

        `about`: which feed, and which topic.
        """
        feed, topic = about or (self.rng.choice(self.feeds), self.rng.choice(tuple(self.topics)))
        serial = f"serial{len(self.published):06d}"
        sentence = f"Our remark {serial} is about {topic} and about nothing else."
        posts = self._posts[feed]
        whole = [post for post in posts[-5:] if not post.page]
        if whole and topic not in self.alone and self.rng.random() < 0.2:
            self.rng.choice(whole).sentences.append(sentence)
        else:
            posts.append(Post(f"{feed}-{len(posts)}", now, [sentence], page=self.rng.random() < 0.2))
        self._serve(feed)
        told = Expected(serial, self.topics[topic], feed)
        self.published[serial] = told
        return told

    def _serve(self, feed: str) -> None:
        shown = self._posts[feed][-self.kept :]
        for post in shown:
            if post.page:
                self.upstream.serve(f"/{post.key}", _page(post))
        items = "".join(self._item(post) for post in reversed(shown))
        text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{feed}</title>{items}</channel></rss>'
        self.upstream.serve(f"/{feed}.xml", text)

    def _item(self, post: Post) -> str:
        said = TEASER if post.page else f"{' '.join(post.sentences)} {PADDING}"
        return (
            f"<item><guid isPermaLink='false'>{post.key}</guid><title>Post {post.key}</title>"
            f"<link>{self.upstream.url(f'/{post.key}')}</link>"
            f"<pubDate>{format_datetime(post.at)}</pubDate><description>{said}</description></item>"
        )


def _page(post: Post) -> str:
    return (
        f"<!doctype html><html><head><title>Post {post.key}</title></head><body><article><h1>Post {post.key}</h1>"
        f"<p>{TEASER}</p><p>{' '.join(post.sentences)}</p><p>{PADDING}</p></article></body></html>"
    )

"""Alerts for channels: who hears of what, and under which id."""

from datetime import timedelta

from alerting import alert, quote
from bot.alerts.compose import (
    MOST_EARLIER,
    alert_id,
    channels_of,
    compose,
    delivery_id,
    is_removed,
    message_for,
    notice_for,
    with_changes,
)
from bot.model import Earlier, Watch
from making import NOW, document, match
from rules.model import Filters

MADE = document("We share revenue.", "We sell licences.", title="A post", company="META", url="https://example.com/1")
SHARE, LICENCE = match(MADE, "revenue", passage=1), match(MADE, "licences", passage=2, rule="Licensing", facet=None)


def watch(rule: str, channel: str) -> Watch:
    return Watch(name=f"{rule} {channel}", rules=(rule,), channel=channel, since=NOW)


def test_a_watch_hears_only_where_it_listens_and_not_while_it_is_muted():
    share = [SHARE, LICENCE]

    def heard(*watches: Watch, now=NOW) -> dict[str, tuple[str, ...]]:
        return {channel: one.watches for channel, one in channels_of(MADE, share, watches, now=now).items()}

    def bounded(**filters) -> Watch:
        return watch("Revenue sharing", "#a").model_copy(update={"filters": Filters(**filters)})

    assert heard(bounded(companies=("meta",))) == {"#a": ("Revenue sharing #a",)}
    assert heard(bounded(companies=("AAPL",))) == {}
    assert heard(bounded(sources=("other",))) == {}
    assert heard(bounded(dockets=("3:23-cv-03417",))) == {}
    assert heard(bounded(sections=("title",))) == {}, "the words stand in the text"
    muted = watch("Licensing", "#a").model_copy(update={"muted_until": NOW + timedelta(hours=1)})
    both = watch("Licensing", "#a").model_copy(update={"name": "two", "rules": ("Licensing", "Revenue sharing")})
    assert heard(muted) == {}
    assert heard(muted, both) == {"#a": ("two",)}
    assert heard(muted, now=NOW + timedelta(hours=1)) == {"#a": ("Licensing #a",)}


def earlier(date: str, words: str, relation="same", url="https://example.com") -> Earlier:
    return Earlier(date=date, kind="post", speaker=None, quote=words, url=url, relation=relation)


def composed(**about):
    usual = {"channel": "#a", "version": 1, "status": "new", "company": None, "earlier": {}}
    return compose(MADE, [LICENCE, SHARE], **(usual | about))


def test_each_channel_hears_of_what_it_asked_for_once():
    watches = [watch("Revenue sharing", "#a"), watch("Revenue sharing", "#a"), watch("Licensing", "#b")]
    watches += [watch("Licensing", "#a"), watch("Nothing", "#c")]
    heard = channels_of(MADE, [SHARE, LICENCE], watches, now=NOW)
    assert {channel: [*one.matches] for channel, one in heard.items()} == {"#a": [SHARE, LICENCE], "#b": [LICENCE]}


def test_an_alert_says_what_its_document_says():
    made = composed()
    assert (made.title, made.url, made.company, made.kind, made.source) == (
        "A post",
        "https://example.com/1",
        "META",
        "post",
        "news",
    )
    assert [one.text for one in made.quotes] == ["We share revenue.", "We sell licences."]
    assert (made.severity, made.facets) == ("high", ("paid-access",))


def test_earlier_ones_are_few_opposite_first_and_each_once():
    said = [earlier(f"2024-01-0{day}", f"said {day}") for day in range(9, 0, -1)]
    said += [earlier("2020-01-01", "the opposite", "opposite"), earlier("2024-01-09", "said 9", url="https://copy.com")]
    shown = composed(earlier={"paid-access": said}).earlier
    assert len(shown) == MOST_EARLIER
    assert [one.quote for one in shown] == ["the opposite", "said 9", "said 8", "said 7", "said 6"]


def test_ids_stand_for_what_they_name():
    assert composed().id == alert_id("news", "one", 1, "#a") == composed().id
    others = {composed(channel="#b").id, composed(version=2).id, composed(occasion="a new rule").id}
    assert len(others | {composed().id}) == 4
    post = message_for(composed(), now=NOW)
    assert post.id == delivery_id(composed().id, "#a", "post")
    updates = [message_for(composed(), now=NOW, operation="update", turn=turn) for turn in (2, 3)]
    assert len({post.id, *(update.id for update in updates)}) == 3
    assert {update.parent for update in updates} == {post.id}


def test_the_same_occasion_is_the_same_notice():
    first = notice_for("text", channel="#ops", about="first\nnews", now=NOW)
    again = notice_for("other text", channel="#ops", about="first\nnews", now=NOW + timedelta(days=1))
    assert first.id == again.id != notice_for("text", channel="#ops", about="first\nother", now=NOW).id


def test_a_changed_quote_keeps_the_words_as_they_were():
    told = alert(quote("one"), quote("two"), quote("three"))
    now = quote("two, mended")
    changed = with_changes(told, [(now, "Revenue sharing", "two"), (None, "Revenue sharing", "three")])
    assert [(one.text, one.before) for one in changed.quotes] == [
        ("one", None),
        ("two, mended", "two"),
        ("three", "three"),
    ]
    assert [is_removed(one) for one in changed.quotes] == [False, False, True]
    assert (changed.status, changed.id) == ("changed", told.id)


def test_removed_is_said_where_nothing_else_changed():
    told = alert(quote("one"), quote("two"))
    removed = with_changes(told, [(None, "Revenue sharing", "two")])
    assert removed.status == "removed"
    back = with_changes(removed, [], {("Revenue sharing", "two")})
    assert (back.status, [one.before for one in back.quotes]) == ("changed", [None, None])


def test_a_change_of_words_that_the_alert_never_held_is_nothing():
    told = alert(quote("one"))
    assert with_changes(told, [(quote("other"), "Other rule", "one")]).quotes == told.quotes

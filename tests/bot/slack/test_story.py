"""The story of the demo, told in Slack by the whole program."""

from datetime import timedelta

from pydantic import SecretStr

from bot.demo.replay import replay
from bot.slack.notifier import SlackNotifier
from bot.slack.picture import draw


async def test_four_statements_arrive_word_for_word_and_call_nobody(slack):
    notifier = SlackNotifier(SecretStr("xoxb-the-secret"), base_url=slack.base_url, pace=timedelta(0))
    slack.rates.message = lambda channel, now: None  # the story's clock stands still within a day
    assert (await replay(notifier)).as_told()

    alerts = slack.workspace.in_channel("#on-record")
    call, blog, filing, press = (message.words for message in alerts)
    assert "get some portion of the revenue for." in call
    assert "selling access to AI models isn’t our business model." in blog
    assert "Opposite wording · 2023-07-26 · Mark Zuckerberg" in blog
    assert "shares a percentage of the revenue" in filing
    assert "Allegation by Plaintiffs" in filing
    assert "perjanjian pembahagian pendapatan" in press
    assert "Reported by the press: not META's own words" in press
    assert all("Earlier on this topic" in words for words in (blog, filing, press))
    assert not any(message.pings or message.formats for message in slack.workspace.messages)

    notices = [message.words for message in slack.workspace.in_channel("#on-record-ops")]
    assert any("meta-blog: first visit recorded 1 document with 2 matches" in words for words in notices)

    picture = draw([{"text": one.text, "blocks": one.blocks} for one in alerts], channel="#on-record")
    assert picture.count("APP</tspan>") == 4

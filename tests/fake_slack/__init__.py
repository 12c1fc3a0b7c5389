"""A Slack of our own on loopback, for tests: it keeps Slack's documented limits, scopes and rates, and its own log.

What Slack does not document is taken at its strictest reading. A method is a function in one module a part of the API
(`chat`, `conversations`, `views`), entered in `FakeSlack.methods`; beside it are the sockets (`socket`), what is signed
(`signing`), the response_urls (`responses`) and who uses them all (`people`).
"""

from fake_slack.faults import Fault
from fake_slack.said import Said
from fake_slack.server import Call, FakeSlack
from fake_slack.workspace import Channel, Posted, Token, Workspace

__all__ = ["Call", "Channel", "FakeSlack", "Fault", "Posted", "Said", "Token", "Workspace"]

"""A Slack of our own on loopback, for tests: it keeps Slack's documented limits, scopes and rates, and its own log.

What Slack does not document is taken at its strictest reading. A method is a function in one module a part of the API
(`chat`, `conversations`); what comes later (sockets, files, views) is another module, entered in `FakeSlack.methods`.
"""

from fake_slack.faults import Fault
from fake_slack.server import Call, FakeSlack
from fake_slack.workspace import Channel, Posted, Token, Workspace

__all__ = ["Call", "Channel", "FakeSlack", "Fault", "Posted", "Token", "Workspace"]

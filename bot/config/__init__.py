"""config.toml and the environment, read once: a validated `Config`, or every problem at once."""

from bot.config.load import load
from bot.config.model import Config, RuleWatch
from bot.config.problems import ConfigError, Problem
from bot.config.secrets import Secrets

__all__ = ["Config", "ConfigError", "Problem", "RuleWatch", "Secrets", "load"]

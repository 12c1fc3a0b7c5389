"""`onrecord` as it is, but for one thing: every name of a host leads to this machine."""

from functools import partial

import bot.cli.run
from benchmarks.waiting import Here
from bot.app import opened
from bot.cli.main import main

if __name__ == "__main__":
    bot.cli.run.opened = partial(opened, resolver=Here())
    main()

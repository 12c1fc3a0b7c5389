"""What can be wrong with the store, each with what to do about it. No text here ever holds a password.

StoreError
├── NoStoreYet         there is no database yet
├── StoreInUse         another bot holds this file
├── SchemaOutOfDate    the database is older or newer than this program
├── StoreCorrupt       the file is damaged
├── StoreFull          no room to write
├── StoreRefused       the server does not let us in, or has no such database
└── StoreUnreachable   the server does not answer
LeaseLost              the work was given to somebody else: roll back, drop it
"""


class StoreError(Exception):
    """`detail` says what is wrong and where, `mend` what to do."""

    def __init__(self, detail: str, mend: str) -> None:
        super().__init__(f"{detail} {mend}")
        self.detail = detail
        self.mend = mend


class NoStoreYet(StoreError):
    pass


class StoreInUse(StoreError):
    pass


class SchemaOutOfDate(StoreError):
    pass


class StoreCorrupt(StoreError):
    pass


class StoreFull(StoreError):
    pass


class StoreRefused(StoreError):
    pass


class StoreUnreachable(StoreError):
    pass


class LeaseLost(Exception):
    """The token is not this worker's any more."""

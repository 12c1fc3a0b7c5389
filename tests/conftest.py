"""Fixtures that every test may ask for."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says more about the machine than about the code.
settings.register_profile("onrecord", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("onrecord")


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real input, kept outside the project; tests that want it are skipped without it."""
    folder = os.environ.get("ONRECORD_TEST_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("real input is not here: set ONRECORD_TEST_DATA to its folder")
    return Path(folder)


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server for all tests of a process; whoever breaks it takes one of his own (`postgres.serving`)."""
    from postgres import serving  # most tests need neither it nor what it imports

    with serving() as server:
        yield server


@pytest.fixture(scope="session")
def server(postgres) -> str:
    """The URL of the first database of that server, migrated."""
    return postgres.url


@pytest.fixture(params=["sqlite", "postgresql"])
async def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store, on either engine; nobody else knows it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    return await request.getfixturevalue("postgres").fresh()

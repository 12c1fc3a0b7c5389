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

"""Fixtures that every test may ask for."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real input, kept outside the project; tests that want it are skipped without it."""
    folder = os.environ.get("ONRECORD_TEST_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("real input is not here: set ONRECORD_TEST_DATA to its folder")
    return Path(folder)

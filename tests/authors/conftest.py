"""What tests of people share: sign-in limits start from nothing, and mail stays in the test."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    """Failed sign-ins of one test do not count in the next."""
    cache.clear()

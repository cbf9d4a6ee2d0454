"""These tests use the gateway of the sensors' tests."""

from tests.sensors.conftest import gateway  # noqa: F401

"""Unsafe settings of the platform are refused, each with a sentence that names it."""

import pytest

from csg_maps.views.startup import refusals

SAFE = {
    "browser.gatherUsageStats": False,
    "server.enableStaticServing": False,
    "server.enableAgentApi": False,
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.scriptHealthCheckEnabled": False,
    "global.developmentMode": False,
    "server.corsAllowedOrigins": [],
    "server.customComponentBaseUrlPath": "",
    "server.trustedUserHeaders": "",
    "mapbox.token": "",
    "client.showErrorDetails": "none",
    "server.cookieSecret": "f" * 64,
    "server.allowedHosts": ["127.0.0.1"],
    "server.address": "127.0.0.1",
}


def test_safe_settings_are_taken():
    assert refusals(SAFE.__getitem__) == ()


def test_a_setting_that_this_release_does_not_know_is_no_refusal():
    def option(name: str) -> object:
        if name == "server.enableAgentApi":
            raise RuntimeError(f'Config key "{name}" not defined.')
        return SAFE[name]

    assert refusals(option) == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("browser.gatherUsageStats", True),
        ("server.enableStaticServing", True),
        ("server.enableAgentApi", True),
        ("server.enableCORS", False),
        ("server.enableXsrfProtection", False),
        ("server.scriptHealthCheckEnabled", True),
        ("global.developmentMode", True),
        ("server.corsAllowedOrigins", ["https://elsewhere.example"]),
        ("server.customComponentBaseUrlPath", "https://elsewhere.example"),
        ("server.trustedUserHeaders", '{"X-User": "email"}'),
        ("mapbox.token", "pk.x"),
        ("client.showErrorDetails", "full"),
        ("client.showErrorDetails", True),
        ("server.cookieSecret", "secret"),
        ("server.allowedHosts", ["*"]),
    ],
)
def test_each_unsafe_setting_is_named(name, value):
    (reason,) = refusals({**SAFE, name: value}.__getitem__)
    assert name in reason


@pytest.mark.parametrize("address", ["0.0.0.0", "", None, "192.168.1.4", "::"])
def test_other_machines_may_ask_only_when_the_names_are_listed(address):
    open_to_all = {**SAFE, "server.address": address, "server.allowedHosts": []}
    (reason,) = refusals(open_to_all.__getitem__)
    assert "server.allowedHosts" in reason
    assert refusals({**open_to_all, "server.allowedHosts": ["maps.council.example"]}.__getitem__) == ()


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1"])
def test_on_this_machine_alone_no_names_are_needed(address):
    assert refusals({**SAFE, "server.address": address, "server.allowedHosts": []}.__getitem__) == ()

"""Hosts of staging and test webs bind scopes as public ones do."""

from __future__ import annotations

import pytest

from auditor.policy.read import read_policy

TEXT = """Cookie policy

On our web portal, {portal}, we use strictly necessary cookies. On our website, {site}, we use advertising cookies.
"""


@pytest.mark.parametrize("ending", ["com", "co.uk", "nl", "test", "example"])
def test_the_website_keeps_its_host(ending: str) -> None:
    text = TEXT.format(portal=f"office.acme.{ending}", site=f"www.acme.{ending}")
    declaration = read_policy(text.encode(), name="policy.txt")
    hosts = {host for scope in declaration.scopes for host in scope.hosts}
    assert f"www.acme.{ending}" in hosts


def test_a_file_name_is_no_host() -> None:
    declaration = read_policy(b"Cookie policy\n\nOn our website the script cookies.js writes cookies.", name="p.txt")
    assert [host for scope in declaration.scopes for host in scope.hosts] == []

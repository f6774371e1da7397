"""Files that come from npm."""

from __future__ import annotations

from crawler.assets import asset


def test_a_named_folder_takes_the_place_of_node_modules(tmp_path, monkeypatch):
    (tmp_path / "one").mkdir()
    (tmp_path / "one/file.js").write_text("1")
    monkeypatch.setenv("CONSENT_AUDIT_ASSETS", str(tmp_path))
    assert asset("one/file.js") == tmp_path / "one/file.js"
    assert asset("one") is None
    assert asset("@duckduckgo/autoconsent/rules/rules.json") is None


def test_without_a_named_folder_node_modules_is_looked_at(project, monkeypatch):
    monkeypatch.delenv("CONSENT_AUDIT_ASSETS", raising=False)
    found = asset("klaro/package.json")
    assert found in {None, project / "node_modules/klaro/package.json"}

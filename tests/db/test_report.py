"""``report`` and the evidence pack: what is in them, that nothing in them acts, and that a change is found."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import unicodedata
import zipfile

import pdfplumber
import pytest
from click.testing import CliRunner
from lxml import html

from crawler.cli import cli


@pytest.fixture
def database(filled):
    return filled.path


def run(*arguments: object):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture
def made(tmp_path, database):
    files = {kind: tmp_path / f"vendor.{kind}" for kind in ("html", "zip")}
    result = run("report", "vendor", "--db", database, "--html", files["html"], "--zip", files["zip"])
    assert result.exit_code == 0, result.stderr
    return files


def test_the_page_stands_alone(made, records):
    tree = html.fromstring(made["html"].read_bytes())
    assert tree.xpath("//script | //link | //iframe | //object | //form") == []
    assert {source.partition(",")[0] for source in tree.xpath("//img/@src")} == {"data:image/png;base64"}
    assert "default-src 'none'" in tree.xpath("//meta[@http-equiv]/@content")[0]
    said = " ".join(tree.text_content().split())
    assert "2 open findings" in said
    assert tree.xpath("//mark/text()") == [records.SENTENCE]
    for link in tree.xpath("//a/@href"):
        assert link.startswith(("#", "https://", "http://"))
    anchors = {link[1:] for link in tree.xpath("//a/@href") if link.startswith("#")}
    assert anchors <= set(tree.xpath("//@id"))


@pytest.mark.browser
def test_the_pdf_is_printed_by_the_browser(tmp_path, database, records):
    file = tmp_path / "vendor.pdf"
    assert run("report", "vendor", "--db", database, "--pdf", file).exit_code == 0
    with pdfplumber.open(file) as document:
        pages = document.pages
        text = " ".join(page.extract_text() for page in pages)
    text = unicodedata.normalize("NFKC", text)  # fonts join letters
    said = " ".join(text.split())
    assert "Vendor Office: what its sites do and what it says" in said
    assert records.SENTENCE in said


def test_the_pack_holds_what_the_report_rests_on(made, database):
    with zipfile.ZipFile(made["zip"]) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
        names = set(archive.namelist()) - {"manifest.json"}
        assert set(manifest["files"]) == names >= {"report.html", "findings.json", "findings.csv"}
        for name, entry in manifest["files"].items():
            content = archive.read(name)
            assert hashlib.sha256(content).hexdigest() == entry["sha256"]
            assert len(content) == entry["bytes"]
            if name.startswith("artifacts/"):
                assert entry["sha256"] == name[10:74]
        findings = json.loads(archive.read("findings.json"))["findings"]
    assert {finding["vendor"] for finding in findings} == {"vendor"}
    assert (manifest["schema"], manifest["vendor"]) == ("consent-audit/pack/1", "vendor")
    assert {seal["kind"] for seal in manifest["seals"]} == {"evidence", "audit"}
    with sqlite3.connect(database) as connection:
        assert manifest["head"] == connection.execute("SELECT chain FROM seals ORDER BY id DESC").fetchone()[0]


def test_a_pack_is_checked_against_itself_and_the_database(made, database):
    result = run("db", "verify", "--db", database, "--pack", made["zip"])
    assert result.exit_code == 0, result.stdout


def changed(source, target, change):
    with zipfile.ZipFile(source) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target


def _one_byte(files):
    files["findings.json"] = files["findings.json"].replace(b"critical", b"criticaI", 1)


def _one_more(files):
    files["extra.txt"] = b"x"


def _one_less(files):
    del files["findings.csv"]


def _another_seal(files):
    manifest = json.loads(files["manifest.json"])
    manifest["seals"][0]["digest"] = "0" * 64
    files["manifest.json"] = json.dumps(manifest).encode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_one_byte, "findings.json was changed"),
        (_one_more, "extra.txt is not in the manifest"),
        (_one_less, "findings.csv is missing"),
        (_another_seal, "is not the one in the database"),
    ],
)
def test_a_changed_pack_is_found(tmp_path, made, database, change, words):
    file = changed(made["zip"], tmp_path / "changed.zip", change)
    result = run("db", "verify", "--db", database, "--pack", file)
    assert result.exit_code == 1
    assert words in result.stdout


def test_what_is_no_pack(tmp_path, database):
    file = tmp_path / "no.zip"
    file.write_bytes(b"PK\x03\x04 nothing")
    result = run("db", "verify", "--db", database, "--pack", file)
    assert result.exit_code == 1
    assert "is no evidence pack" in result.stderr


def test_an_unknown_vendor(tmp_path, database):
    result = run("report", "nobody\x1b[31m", "--db", database, "--html", tmp_path / "x.html")
    assert result.exit_code == 1
    assert 'there is no vendor "nobody\\u001b[31m"' in result.stderr
    assert not (tmp_path / "x.html").exists()


def test_hostile_words_stay_words(hostile, tmp_path):
    for number in range(10):
        file = tmp_path / f"{number}.html"
        assert run("report", f"vendor-{number}", "--db", hostile, "--html", file).exit_code == 0
        tree = html.fromstring(file.read_bytes())
        assert tree.xpath("//script | //iframe | //object | //form | //base") == []
        assert [name for name in tree.xpath("//@*") if name.attrname.startswith("on")] == []
        assert all(link.startswith(("#", "https://", "http://")) for link in tree.xpath("//a/@href"))

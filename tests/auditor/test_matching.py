"""Names, hosts, providers, services and scopes of policies against observed ones."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor import examples as x
from auditor import matching
from auditor.classify import bundled
from auditor.model import NameMatch, Site
from auditor.services import fold

KNOWLEDGE = bundled()


def item(name, domain="vendor.example", site=x.SITE):
    cookie = x.cookie(name, domain, page=site)
    (found,) = x.evidence(
        [x.visit(x.Scenario.NO_CHOICE, cookie, site=site)], knowledge=KNOWLEDGE, of=x.vendor(Site(url=site))
    ).sites
    return found.items[0]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("_ga", "_ga", True),
        ("_ga", "_GA", False),
        ("_ga", "_ga_", False),
        ("_ga_*", "_ga_AB12", True),
        ("_ga_*", "_ga_", True),
        ("_ga_*", "_ga", False),
        ("*_session", "my_session", True),
        ("*_session", "my_sessions", False),
        ("a*b*c", "abc", True),
        ("a*b*c", "a-b-b-c", True),
        ("a*b*c", "acb", False),
        ("a*x*c", "abc", False),
        ("a*a", "a", False),
        ("ab*ba", "aba", False),
        ("**", "anything", False),
        ("*", "anything", False),
        ("[a-z]*", "[a-z]x", True),
        ("[a-z]*", "bx", False),
        ("a?c*", "abc", False),
        ("(.*)+", "(aaaa)+", False),
    ],
)
def test_glob(pattern, name, fits):
    assert matching.glob_matches(pattern, name) is fits


def test_a_hostile_pattern_costs_little():
    started = time.perf_counter()
    assert not matching.glob_matches("a*" * 2000 + "b", "a" * 20_000)
    assert time.perf_counter() - started < 2


@given(st.lists(st.text("ab*", max_size=4), min_size=1, max_size=4), st.lists(st.text("ab", max_size=4), max_size=6))
def test_a_pattern_fits_whatever_it_is_filled_with(parts, fillings):
    literal = [part.replace("*", "") for part in parts]
    filled = [part + filling for part, filling in zip(literal, [*fillings, *[""] * 9], strict=False)]
    filled[-1] = literal[-1]
    fits = matching.glob_matches("*".join(literal), "".join(filled))
    assert fits == (any(literal) if len(literal) > 1 else True)


@pytest.mark.parametrize(
    ("pattern", "host", "fits"),
    [
        ("www.ooma.co.uk", "www.ooma.co.uk", True),
        ("ooma.co.uk", "www.ooma.co.uk", True),
        ("www.ooma.co.uk", "ooma.co.uk", True),
        ("WWW.Ooma.co.uk/", "www.ooma.co.uk", True),
        ("https://www.ooma.co.uk/privacy", "www.ooma.co.uk", True),
        ("*.ooma.co.uk", "office.ooma.co.uk", True),
        ("*.ooma.co.uk", "ooma.co.uk", True),
        (".ooma.co.uk", "a.b.ooma.co.uk", True),
        ("ooma.co.uk", "office.ooma.co.uk", False),
        ("*.ooma.co.uk", "notooma.co.uk", False),
        ("*.ooma.co.uk", "ooma.co.uk.evil.example", False),
        ("*.", "ooma.co.uk", False),
        ("", "ooma.co.uk", False),
        ("https://", "ooma.co.uk", False),
    ],
)
def test_hosts(pattern, host, fits):
    assert matching.host_matches(pattern, host) is fits


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("www.energia.ie", ("www.energia.ie",)),
        (".linkedin.com, *.ads.linkedin.com", ("linkedin.com", "ads.linkedin.com")),
        ("Google (google.com)", ("google.com",)),
        ("first party", ()),
        ("e.g. ours", ()),
        ("Version 1.2", ()),
        ("", ()),
        ("a" * 5000, ()),
    ],
)
def test_hosts_in_text(text, hosts):
    assert matching.hosts_in(text) == hosts


CLOSENESS = {
    "exact": (x.listed("_ga"), item("_ga"), 3),
    "wildcard": (x.listed("_ga_*"), item("_ga_1"), 2),
    "host": (x.listed("h", match=NameMatch(kind="host", pattern="*.linkedin.com")), item("zq", "www.linkedin.com"), 1),
    "another host": (x.listed("h", match=NameMatch(kind="host", pattern="*.linkedin.com")), item("zq"), 0),
    "case": (x.listed("_Ga"), item("_ga"), 0),
    "a slash between names": (x.listed("_ga / _gid / _gat"), item("_gid"), 3),
    "a word between names": (x.listed("AWSALB and AWSALBCORS"), item("AWSALBCORS"), 3),
    "prose with a word between": (x.listed("session and login cookies"), item("login"), 0),
    "a number that a tool appends": (x.listed("_hjSession"), item("_hjSession_3917465"), 2),
    "an account that a tool appends": (x.listed("visitor_id"), item("visitor_id12345-hash"), 2),
    "what a tool appends after a dot": (x.listed("_pk_id"), item("_pk_id.1.3f2a"), 2),
    "a stream is another cookie": (x.listed("_ga"), item("_ga_AB12CD34EF"), 0),
    "a word in capitals for what varies": (x.listed("_ga_ID"), item("_ga_AB12CD34EF"), 2),
    "two words in capitals for what varies": (x.listed("_ga_CONTAINER-ID"), item("_ga_AB12CD34EF"), 2),
    "a name in capitals is whole": (x.listed("SESSION_ID"), item("SESSION_CART"), 0),
    "an ending in parentheses": (x.listed("AWSALB(CORS)"), item("AWSALBCORS"), 3),
    "without an ending in parentheses": (x.listed("_vwo_uuid(_v2)"), item("_vwo_uuid"), 3),
    "a remark in parentheses is no ending": (x.listed("_vwo_uuid (v2)"), item("_vwo_uuidv2"), 0),
    "a digit is another cookie": (x.listed("cart"), item("cart2"), 0),
    "a longer word is another cookie": (x.listed("_pk_id"), item("_pk_identity"), 0),
    "single letters that stand for something": (x.listed("_pk_ses.x.xxxx"), item("_pk_ses.1.3f2a"), 2),
    "declared encoded": (x.listed("crisp-client%2Fsession%2F*"), item("crisp-client/session/ab"), 2),
    "observed encoded": (x.listed("crisp-client/session/*"), item("crisp-client%2Fsession%2Fab"), 2),
    "with a label": (x.listed("Cookie: PHPSESSID"), item("PHPSESSID"), 3),
    "with a footnote": (x.listed("PHPSESSID¹"), item("PHPSESSID"), 3),
    "a percent sign for what varies": (x.listed("_ga_%"), item("_ga_AB12CD34EF"), 2),
    "the site's own host": (x.listed("zq", host="vendor.example"), item("zq", "www.vendor.example"), 3),
    "another site of the vendor": (x.listed("zq", host="own.example"), item("zq"), 3),
    "a third party's host": (x.listed("zq", host="criteo.com"), item("zq"), 0),
    "a host in prose": (x.listed("zq", host="first party"), item("zq"), 3),
    "a provider of the same owner": (x.listed("IDE", provider="Google"), item("IDE", "doubleclick.net"), 3),
    "a provider with its legal form": (
        x.listed("IDE", provider="Google Ireland Ltd."),
        item("IDE", "doubleclick.net"),
        3,
    ),
    "a brand with its company": (x.listed("IDE", provider="DoubleClick (Google)"), item("IDE", "doubleclick.net"), 3),
    "a company with its brand": (x.listed("IDE", provider="Google – Ad Serving"), item("IDE", "doubleclick.net"), 3),
    "several providers": (x.listed("IDE", provider="Criteo / Google Ireland Ltd."), item("IDE", "doubleclick.net"), 3),
    "a brand by its company": (x.listed("IDE", provider="Ad Serving by Google"), item("IDE", "doubleclick.net"), 3),
    "other providers": (x.listed("IDE", provider="Criteo (Criteo S.A.)"), item("IDE", "doubleclick.net"), 0),
    "another provider": (x.listed("IDE", provider="Criteo"), item("IDE", "doubleclick.net"), 0),
    "another provider's address": (x.listed("IDE", provider="criteo.com"), item("IDE", "doubleclick.net"), 0),
    "a provider with dots in its legal form": (x.listed("uid", provider="Criteo S.A."), item("uid", "criteo.com"), 3),
    "another product of the company": (x.listed("NID", provider="Google Maps"), item("NID", "google.com"), 3),
    "a brand with a legal form": (x.listed("YSC", provider="YouTube LLC"), item("YSC", "youtube.com"), 3),
    "a former name with a legal form": (x.listed("muc_ads", provider="Twitter Inc"), item("muc_ads", "t.co"), 3),
    "the owner of the host": (x.listed("__cf_bm", provider="HubSpot"), item("__cf_bm", "hubspot.com"), 3),
    "the owner of another host": (x.listed("__cf_bm", provider="HubSpot"), item("__cf_bm", "zoominfo.com"), 0),
    "the address of the host's owner": (x.listed("__cf_bm", provider="hubspot.com"), item("__cf_bm", "hsforms.net"), 3),
    "a product of another company": (x.listed("NID", provider="Microsoft Clarity"), item("NID", "google.com"), 0),
    "a provider of an unknown item": (x.listed("zq", provider="Criteo"), item("zq", "zq.example"), 3),
    "the vendor as provider": (x.listed("_ga", provider="The Vendor"), item("_ga"), 3),
}


@pytest.mark.parametrize(("declared", "seen", "closeness"), CLOSENESS.values(), ids=CLOSENESS)
def test_closeness(declared, seen, closeness):
    own = frozenset({"vendor.example", "own.example"})
    assert matching.specificity(declared, seen, KNOWLEDGE, own) == closeness


def test_the_closest_reading_of_a_cell_counts():
    declared = x.listed("_g*", aliases=("_ga",))
    assert matching.specificity(declared, item("_ga"), KNOWLEDGE, frozenset()) == 3


@pytest.mark.parametrize(
    ("name", "service", "entity", "means"),
    [
        ("Google Analytics", "Google Analytics", "Google LLC", True),
        ("google-analytics", "Google Analytics", "Google LLC", True),
        ("Google", "Google Analytics", "Google LLC", True),
        ("Google Inc.", "Google Analytics", "Google LLC", True),
        ("Facebook", "Meta Pixel", "Meta Platforms, Inc.", True),
        ("NextRoll", "AdRoll", "NextRoll, Inc.", True),
        ("Google Maps", "Google Analytics", "Google LLC", False),
        ("Analytics", "Google Analytics", "Google LLC", False),
        ("Goo", "Google Analytics", "Google LLC", False),
        ("", "Google Analytics", "Google LLC", False),
        ("—", "Google Analytics", "Google LLC", False),
        ("Inc.", "Google Analytics", "Google LLC", False),
        ("Zq", "Zq", None, True),
    ],
)
def test_names_of_services(name, service, entity, means):
    assert matching.names_service(name, service, entity, KNOWLEDGE) is means


@pytest.mark.parametrize(
    ("text", "service", "named"),
    [
        ("We use Google Analytics.", "Google Analytics", True),
        ("We use google-analytics.com.", "Google Analytics", True),
        ("Log in with Facebook.", "Meta Pixel", False),
        ("We use the Facebook Pixel.", "Meta Pixel", True),
        ("Hotjar shows us clicks", "Hotjar", True),
        ("our hotjars", "Hotjar", False),
        ("", "Hotjar", False),
    ],
)
def test_names_in_text(text, service, named):
    assert matching.names_in_text(service, fold(text), KNOWLEDGE) is named


SCOPES = (
    x.scope("portal", "web_portal", default=False),
    x.scope("site", "website", hosts=("www.vendor.example",)),
    x.scope("mail", "email", default=False),
)
BINDINGS = {
    "by host": (Site(url="https://www.vendor.example/"), matching.HOST, {"site"}),
    "by host, whatever is configured": (
        Site(url="https://vendor.example/", scope="web_portal"),
        matching.HOST,
        {"site"},
    ),
    "by kind": (Site(url="https://office.vendor.example/", scope="web_portal"), matching.KIND, {"portal"}),
    "by id": (Site(url="https://office.vendor.example/", scope="portal"), matching.KIND, {"portal"}),
    "by nothing": (Site(url="https://office.vendor.example/"), matching.ANY, {"portal", "site", "mail"}),
    "by a kind that is not there": (
        Site(url="https://a.example/", scope="app"),
        matching.ANY,
        {"portal", "site", "mail"},
    ),
}


@pytest.mark.parametrize(("site", "by", "scopes"), BINDINGS.values(), ids=BINDINGS)
def test_binding(site, by, scopes):
    assert matching.bind(SCOPES, site, frozenset()) == (by, frozenset(scopes))


def test_a_policy_without_scopes_is_about_everything():
    assert matching.bind((), Site(url=x.SITE), frozenset()) == (matching.ANY, frozenset())


def test_two_scopes_may_name_the_same_host():
    scopes = (*SCOPES, replace(SCOPES[1], id="shop"))
    assert matching.bind(scopes, Site(url=x.SITE), frozenset()) == (matching.HOST, frozenset({"site", "shop"}))


@pytest.mark.parametrize(
    ("site", "by", "scopes"),
    [
        (Site(url="https://old.example/"), matching.KIND, {"site"}),
        (Site(url="https://old.example/", scope="web_portal"), matching.KIND, {"portal"}),
        (Site(url="https://vendor.example/"), matching.HOST, {"site"}),
    ],
)
def test_a_redirect_binds_where_nothing_else_does(site, by, scopes):
    assert matching.bind(SCOPES, site, frozenset({"www.vendor.example"})) == (by, frozenset(scopes))

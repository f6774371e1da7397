"""Consent records: what each known kind grants and denies; hostile text."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import consent_strings
from auditor.consent_strings import KNOWN_RECORDS, Decoded, decode, record_kind
from auditor.consent_words import category_of
from auditor.model import Category
from auditor.tcf import read_tc_string

N, P, F, T, U = (
    Category.STRICTLY_NECESSARY,
    Category.PERFORMANCE,
    Category.FUNCTIONAL,
    Category.TARGETING,
    Category.UNCLASSIFIED,
)
KINDS = sorted(consent_strings._READERS)


def tc_string(consents: set[int], interests: frozenset[int] = frozenset(), version: int = 2, tail: str = "") -> str:
    """A TC string built field by field, as the specification lays them out."""
    fields = [
        (version, 6),
        (0, 36),
        (0, 36),
        (300, 12),
        (1, 12),
        (1, 6),
        (0, 12),
        (48, 12),
        (4, 6),
        (1, 1),
        (0, 1),
        (0, 12),
    ]
    bits = "".join(f"{value:0{width}b}" for value, width in fields)
    for chosen in (consents, interests):
        bits += "".join("1" if number in chosen else "0" for number in range(1, 25))
    bits += "0" * (-len(bits) % 24)
    content = bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))
    return base64.urlsafe_b64encode(content).decode().rstrip("=") + tail


OPTANON = (
    "isGpcEnabled=0&datestamp=Sun+Nov+22+2026+06%3A28%3A53+GMT&version=202405.1.0&interactionCount={count}"
    "&groups=C0001%3A1%2CC0002%3A0%2CC0003%3A1%2CC0004%3A0%2Cmine%3A1"
)
DIDOMI = base64.b64encode(
    json.dumps(
        {
            "user_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
            "purposes": {"enabled": ["analytics"], "disabled": ["cookies", "select_basic_ads", "own-purpose"]},
            "vendors": {"enabled": ["google"], "disabled": []},
        }
    ).encode()
).decode()

CASES: dict[str, tuple[str, str, tuple[Category, ...], tuple[Category, ...], bool | None]] = {
    "tcf nothing": ("tcf", tc_string(set()), (), (P, F, T), None),
    "tcf advertising": ("tcf", tc_string({1, 3}), (T,), (P, F), None),
    "tcf measuring": ("tcf", tc_string({8}, tail=".YAAAAAAAAAAA"), (P,), (F, T), None),
    "tcf all": ("tcf", tc_string(set(range(1, 12))), (P, F, T), (), None),
    "onetrust": ("onetrust", OPTANON.format(count=1), (N, F), (P, T), True),
    "onetrust unanswered": ("onetrust", OPTANON.format(count=0), (N, F), (P, T), False),
    "onetrust old ids": ("onetrust", "groups=1%3A1%2C2%3A1%2C4%3A0", (N, P), (T,), None),
    "cookiebot": (
        "cookiebot",
        "{stamp:'x=='%2Cnecessary:true%2Cpreferences:false%2Cstatistics:true%2Cmarketing:false%2Cmethod:'explicit'%2Cver:1}",
        (N, P),
        (F, T),
        True,
    ),
    "cookiebot implied": (
        "cookiebot",
        "{stamp:'x',necessary:true,preferences:true,statistics:true,marketing:true,method:'implied'}",
        (N, P, F, T),
        (),
        False,
    ),
    "cookiebot nothing": ("cookiebot", "0", (), (P, F, T), None),
    "cookiebot other region": ("cookiebot", "-1", (P, F, T), (), None),
    "klaro": ("klaro", quote('{"google-analytics":false,"adroll":false,"own":true}'), (), (P, T), True),
    "klaro one of two": ("klaro", '{"hotjar":true,"google-analytics":false}', (P,), (), True),
    "orejime": ("orejime", '{"analytics":true,"ads":false}', (P,), (T,), True),
    "cookiefirst": ("cookiefirst", '{"necessary":true,"performance":false,"advertising":false}', (N,), (P, T), True),
    "termly": ("termly", '{"essential":true,"analytics":false,"social_networking":true}', (N, T), (P,), True),
    "cc_cookie": (
        "cc_cookie",
        quote('{"categories":["necessary"],"revision":0,"data":null,"services":{"necessary":[],"analytics":[]}}'),
        (N,),
        (P,),
        True,
    ),
    "cc_cookie accepted": ("cc_cookie", '{"categories":["necessary","analytics","ads"]}', (N, P, T), (), True),
    "cc_cookie of an unknown offer": ("cc_cookie", '{"categories":["necessary"]}', (N,), (P, F, T), True),
    "cc_cookie of a category of its own": ("cc_cookie", '{"categories":["necessary","our-own"]}', (N,), (), True),
    "cookie-script": ("cookie_script", r'{"action":"reject","categories":"[\"performance\"]"}', (P,), (), True),
    "osano allow": ("cookieconsent", "allow", (P, F, T), (), True),
    "osano deny": ("cookieconsent", "deny", (), (P, F, T), True),
    "osano dismiss": ("cookieconsent", "dismiss", (), (), True),
    "tarteaucitron waiting": ("tarteaucitron", "!gtag=wait!facebookpixel=wait", (), (), False),
    "tarteaucitron": ("tarteaucitron", "!gtag=true!facebookpixel=false!own=true", (P,), (T,), True),
    "cookieyes": (
        "cookieyes",
        "consentid:aGVsbG8,consent:yes,action:yes,necessary:yes,functional:no,analytics:no,performance:no,advertisement:yes",
        (N, T),
        (P, F),
        True,
    ),
    "cookieyes unanswered": ("cookieyes", "consentid:x,consent:,action:,necessary:yes,analytics:no", (N,), (P,), False),
    "complianz": ("complianz:marketing", "deny", (), (T,), None),
    "complianz, always allowed": ("complianz:functional", "allow", (N,), (), None),
    "wp consent, always allowed": ("wp_consent:functional", "allow", (N,), (), None),
    "wp consent, preferences": ("wp_consent:preferences", "deny", (), (F,), None),
    "complianz statistics": ("complianz:statistics", "allow", (P,), (), None),
    "cookielawinfo": ("cookielawinfo:non-necessary", "yes", (), (), None),
    "borlabs": (
        "borlabs",
        '{"consents":{"essential":["borlabs-cookie"],"statistics":["google-analytics"]},"version":"1"}',
        (N, P),
        (),
        True,
    ),
    "usercentrics denied": (
        "usercentrics",
        '{"services":[{"id":"a","history":[{"action":"onInitialPageLoad"},{"action":"onDenyAllServices"}]}]}',
        (),
        (P, F, T),
        True,
    ),
    "usercentrics untouched": (
        "usercentrics",
        '{"services":[{"id":"a","history":[{"action":"onInitialPageLoad"}]}]}',
        (),
        (),
        False,
    ),
    "usercentrics by name": (
        "usercentrics",
        '{"consent":{"services":{"x":{"name":"Hotjar","consent":true},"y":{"name":"AdRoll","consent":false}}}}',
        (P,),
        (T,),
        None,
    ),
    "didomi": ("didomi", DIDOMI, (P,), (T,), True),
    "iubenda purposes": ("iubenda", '{"purposes":{"1":true,"4":false,"5":false}}', (N,), (P, T), True),
    "iubenda all": ("iubenda", '{"consent":true}', (P, F, T), (), True),
    "axeptio": ("axeptio", '{"$$completed":true,"hotjar":true,"Facebook Pixel":false}', (P,), (T,), True),
    "civic": (
        "civic",
        '{"optionalCookies":{"analytics":"accepted","marketing":"revoked"},"interactedWith":true}',
        (P,),
        (T,),
        True,
    ),
    "hubspot": ("hubspot", "1:true_2:false_3:false", (P,), (F, T), True),
    "hubspot opt-out": ("hubspot_opt_out", "yes", (), (P, F, T), True),
    "yes": ("yes_no", "true", (P, F, T), (), True),
    "no": ("yes_no", "No", (), (P, F, T), True),
    "us privacy": ("usprivacy", "1YYN", (), (T,), None),
    "us privacy, no opt-out": ("usprivacy", "1YNN", (), (), None),
    "consent mode": (
        "consent_mode",
        '["consent","default",{"ad_storage":"denied","analytics_storage":"granted","wait_for_update":500}]',
        (P,),
        (T,),
        False,
    ),
    "consent mode update": (
        "consent_mode",
        '{"0":"consent","ad_storage":"denied","security_storage":"granted"}',
        (N,),
        (T,),
        None,
    ),
    "onetrust's interface": ("onetrust", ",C0001,C0004,", (N, T), (), True),
    "onetrust's interface, necessary only": ("onetrust", ",C0001,", (N,), (P, F, T), True),
    "complianz refused": (
        "complianz",
        "functional=allow&preferences=deny&statistics=deny&marketing=deny",
        (N,),
        (P, F, T),
        True,
    ),
    "complianz, all its records": ("complianz", "marketing=allow&statistics=deny", (T,), (P,), True),
    "a tool's flags in Base64": (
        "cookielawinfo_all",
        "eyJuZWNlc3NhcnkiOnRydWUsImFuYWx5dGljcyI6ZmFsc2V9",
        (N,),
        (P,),
        True,
    ),
    "cookie information": (
        "cookie_information",
        '{"consents_approved":["cookie_cat_necessary"],"consents_denied":["cookie_cat_marketing","cookie_cat_statistic"]}',
        (N,),
        (P, T),
        True,
    ),
    "trustarc, required only": ("trustarc", "0:", (N,), (F, T), True),
    "trustarc, everything": ("trustarc", "0,1,2:", (N, F, T), (), True),
    "trustarc's permit": ("trustarc", "permit 1 required", (N,), (F, T), True),
    "shopify": ("shopify", '{"con":{"CMP":{"a":"1","m":"0","p":"0","s":""}},"v":"2.1"}', (P,), (F, T), None),
    "shopify, older": ("shopify", '{"purposes":{"a":false,"p":true,"m":false,"t":true}}', (F,), (P, T), None),
    "moove": ("moove", '{"strict":"1","thirdparty":"1","advanced":"0"}', (N, P), (T,), True),
    "gov.uk": ("govuk", '{"essential":true,"settings":false,"usage":false,"campaigns":true}', (N, T), (P, F), True),
    "drupal agreed": ("drupal", "2", (P, F, T), (), True),
    "drupal declined": ("drupal", "0", (), (P, F, T), True),
    "drupal categories": ("cc_list", '["necessary","analytics"]', (N, P), (), True),
    "a TC string inside": ("tcf_inside", f'[null,[],["{tc_string({1})}",null]]', (T,), (P, F), None),
    "gpp europe": ("gpp", f"DBABMA~{tc_string({8})}", (P,), (F, T), None),
    "gpp united states": ("gpp", "DBABLA~CEAqAAAAAABA.QA", (), (), None),
    "gpp united states, opted out": ("gpp", "DBABLA~CEAVAAAAAABA.QA", (), (T,), None),
    "gcd denied by default": ("gcd", "11p1p1p1p5", (), (P, T), False),
    "gcd granted after denial": ("gcd", "13r3r3r3r5", (P, T), (), True),
    "gcd not set": ("gcd", "13l3l3l3l1", (), (), None),
    "custom nested": ("custom", '{"v":1,"consents":{"analytics":0,"marketing":"yes"}}', (T,), (P,), None),
    "gcs denied": ("gcs", "G100", (), (P, T), None),
    "gcs analytics only": ("gcs", "G101", (P,), (T,), None),
    "gcs not in use": ("gcs", "G1--", (), (), None),
    "custom flags": ("custom", '{"analytics":false,"marketing":false,"ver":2}', (), (P, T), None),
    "custom accepted list": ("custom", '["necessary","statistics"]', (N, P), (), True),
    "custom pairs": ("custom", "statistics:1|marketing:0", (P,), (T,), None),
    "custom objects": (
        "custom",
        '{"Analytics":{"consented":true,"timestamp":"2026"},"Advertising":{"consented":false}}',
        (P,),
        (T,),
        None,
    ),
    "custom list inside": ("custom", '{"consent":["essential","analytics"],"hash":"a3"}', (N, P), (), True),
    "custom list of the essential inside": ("custom", '{"accepted":["essential"]}', (N,), (P, F, T), True),
    "custom rows": (
        "custom",
        '{"answered":true,"dnt":false,"categories":[{"cid":1,"id":"necessary","value":true},'
        '{"cid":2,"id":"analytics","value":true},{"cid":4,"id":"marketing","value":false}]}',
        (N, P),
        (T,),
        None,
    ),
    "custom in base64": (
        "custom",
        "eyJjaG9pY2VzIjp7Im5lY2Vzc2FyeSI6dHJ1ZSwidHJhY2tpbmciOmZhbHNlLCJhbmFseXRpY3MiOmZhbHNlLCJtYX"
        "JrZXRpbmciOmZhbHNlfSwiZnAiOiJ4In0=",
        (N,),
        (P, T),
        None,
    ),
    "c15t": ("c15t", '{"consents":{"necessary":true,"measurement":false,"marketing":true}}', (N, T), (P,), True),
    "c15t in short": ("c15t", "c.necessary:1,c.marketing:1,i.t:1795898011340,i.sid:sub_1", (N, T), (), True),
    "c15t refused, in short": ("c15t", "c.necessary:1,i.t:1795898011340", (N,), (P, F, T), True),
    "custom word": ("custom", "rejected", (), (P, F, T), True),
    "custom words": ("custom", "statistics", (P,), (), True),
    "custom list of the essential": ("custom", '["necessary"]', (N,), (P, F, T), True),
}


@pytest.mark.parametrize(("kind", "raw", "granted", "denied", "answered"), CASES.values(), ids=CASES)
def test_records(
    kind: str,
    raw: str,
    granted: tuple[Category, ...],
    denied: tuple[Category, ...],
    answered: bool | None,
) -> None:
    decoded = decode(kind, raw)
    assert decoded.error is None
    assert (decoded.granted, decoded.denied, decoded.answered) == (granted, denied, answered)
    assert decoded.kind == kind.partition(":")[0]


def test_every_reader_has_a_case() -> None:
    assert {case[0].partition(":")[0] for case in CASES.values()} == set(KINDS)


UNREADABLE = {
    "empty": ("klaro", ""),
    "another shape": ("onetrust", '{"a":true}'),
    "unknown kind": ("some cmp", "x"),
    "tcf version 1": ("tcf", tc_string({1}, version=1)),
    "tcf too short": ("tcf", "CQ"),
    "tcf not base64": ("tcf", "C" * 30 + "***" + "A" * 30),
    "deep json": ("klaro", "[" * 60_000),
    "a list": ("klaro", "[true]"),
    "too long": ("klaro", '{"a":true}' + " " * 70_000),
    "didomi not base64": ("didomi", "***"),
    "custom words that mean nothing": ("custom", "blue green"),
    "custom rows of unknown things": (
        "custom",
        '{"answered":true,"categories":[{"id":7,"value":true},{"id":8,"value":false}]}',
    ),
    "custom empty": ("custom", ""),
}


@pytest.mark.parametrize(("kind", "raw"), UNREADABLE.values(), ids=UNREADABLE)
def test_unreadable_records_say_so(kind: str, raw: str) -> None:
    decoded = decode(kind, raw)
    assert decoded.error
    assert decoded == Decoded(kind=kind, error=decoded.error)


def test_tcf_keeps_purposes_and_legitimate_interests() -> None:
    decoded = decode("tcf", tc_string({1}, frozenset({2, 7, 9})))
    assert decoded.legitimate_interests == (2, 7, 9)
    assert decoded.items[:2] == (("purpose 1", True), ("purpose 2", False))
    string = read_tc_string(tc_string({24}))
    assert string is not None
    assert (string.cmp_id, string.policy_version, string.consents) == (300, 4, frozenset({24}))


def test_a_published_tc_string() -> None:
    """The example of the specification: purposes 1, 2 and 3 are consented to."""
    string = read_tc_string(
        "COvFyGBOvFyGBAbAAAENAPCAAOAAAAAAAAAAAEEUACCKAAA.IFoEUQQgAIQwgIwQABAEAAAAOIAACAIAAAAQAIAgEAACEAAAAAgAQBAAAAAAAGBAAgAAAAAAAFAAECAAAgAAQARAEQAAAAAJAAIAAgAAAYQEAAAQmAgBC3ZAYzUw"
    )
    assert string is not None
    assert string.consents == frozenset({1, 2, 3})
    assert string.legitimate_interests == frozenset()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *KNOWN_RECORDS.items(),
        ("cmplz_marketing", "complianz:marketing"),
        ("cmplz_statistics-anonymous", "complianz:statistics-anonymous"),
        ("cmplz_banner-status", None),
        ("wp_consent_marketing", "wp_consent:marketing"),
        ("cookielawinfo-checkbox-analytics", "cookielawinfo:analytics"),
        ("_iub_cs-12345678", "iubenda"),
        ("cookieconsent", None),
        ("OPTANONCONSENT", None),
        ("_ga", None),
    ],
)
def test_record_kinds(name: str, kind: str | None) -> None:
    assert record_kind(name) == kind


def test_every_known_record_can_be_read() -> None:
    assert set(KNOWN_RECORDS.values()) <= set(KINDS)


@pytest.mark.parametrize(
    ("key", "category"),
    [
        ("Strictly-Necessary", N),
        ("Präferenzen", F),
        ("Publicité", T),
        ("statistics_anonymous", P),
        ("uncategorized", U),
        ("Google Analytics 4", P),
        ("facebookpixel", T),
        ("AdRoll", T),
        ("Google Tag Manager", F),
        ("google", None),
        ("banner-status", None),
        ("a" * 200, None),
    ],
)
def test_words_of_records(key: str, category: Category | None) -> None:
    assert category_of(key) is category


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["categories", "services", "consent", "consents", "purposes", "enabled", "history", "action", "a"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300)
@given(
    st.sampled_from([*KINDS, "complianz:x", "?"]),
    st.text(max_size=200) | JSON.map(json.dumps) | st.binary(max_size=200).map(lambda b: b.decode("latin-1")),
)
def test_hostile_records_never_raise(kind: str, raw: str) -> None:
    decoded = decode(kind, raw)
    assert not set(decoded.granted) & set(decoded.denied)
    if decoded.error:
        assert decoded == Decoded(kind=decoded.kind, error=decoded.error)


@given(JSON)
def test_hostile_didomi_tokens_never_raise(content: object) -> None:
    decode("didomi", base64.b64encode(json.dumps(content).encode()).decode())


def test_long_hostile_text_is_read_in_time() -> None:
    for kind in KINDS:
        for text in (
            "!a=" * 20_000,
            "necessary :" * 5_900,
            "a " * 32_000,
            "%25" * 21_000,
            "x:1," * 16_000,
            "[{" * 30_000,
        ):
            decode(kind, text)


def test_the_vendors_of_a_tc_string() -> None:
    """The example of the specification, with its ranges and its segment of disclosed vendors."""
    string = read_tc_string(
        "COvFyGBOvFyGBAbAAAENAPCAAOAAAAAAAAAAAEEUACCKAAA.IFoEUQQgAIQwgIwQABAEAAAAOIAACAIAAAAQAIAgEAACEAAAAAgAQBAAAAAAAGBAAg"
        "AAAAAAAFAAECAAAgAAQARAEQAAAAAJAAIAAgAAAYQEAAAQmAgBC3ZAYzUw"
    )
    assert string is not None
    assert (string.cmp_id, string.vendor_list, string.policy_version) == (27, 15, 2)
    assert string.vendor_consents == string.vendor_interests == {2, 6, 8}
    assert string.disclosed_vendors is not None
    assert {2, 6, 8, 12, 18, 23} <= string.disclosed_vendors
    assert 3 not in string.disclosed_vendors


def test_ranges_of_vendors_and_a_cut_string() -> None:
    head = "".join(
        f"{value:0{width}b}" for value, width in [(2, 6), (0, 72), (1, 12), (1, 12), (0, 6), (0, 12), (1, 12)]
    )
    core = f"{head}{4:06b}" + "0" * 14 + "0" * 48 + "0" * 13
    ranges = f"{600:016b}" + "1" + f"{2:012b}" + "0" + f"{5:016b}" + "1" + f"{10:016b}{12:016b}"
    none = f"{0:016b}" + "0"
    bits = core + ranges + none
    bits += "0" * (-len(bits) % 24)
    content = bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))
    whole = base64.urlsafe_b64encode(content).decode().rstrip("=")
    read, cut = read_tc_string(whole), read_tc_string(whole[:44])
    assert read is not None
    assert cut is not None
    assert (read.vendor_consents, read.vendor_interests) == ({5, 10, 11, 12}, set())
    assert (cut.vendor_consents, cut.vendor_interests) == (None, None)


def test_an_interface_says_the_same_as_a_record() -> None:
    said = consent_strings.restate("cookiebot", '{"marketing": false, "statistics": true}')
    assert (said.kind, said.granted, said.denied, said.error) == ("cookiebot", (P,), (T,), None)
    assert consent_strings.restate("onetrust", "nothing").error is not None
    assert consent_strings.restate("onetrust", "{}").error is not None


@pytest.mark.parametrize(
    ("flags", "granted", "denied", "locked"),
    [
        ('"marketing/Acme": true, "functional/Acme Maps": false', (T,), (F,), ()),
        ('"functional/Hotjar": true', (P, F), (), ()),
        ('"functional/YouTube": true', (F,), (), ()),
        ('"essential/AdRoll": true, "marketing/Acme": false', (), (T,), (("AdRoll", T),)),
        ('"essential/AdRoll": false', (), (N, T), ()),
        ('"essential/Stripe": true, "essential/Acme": true', (), (), ()),
        ('"essential/Sentry": true, "essential/Datadog": true, "marketing/Acme": false', (), (T,), ()),
        ('"AdRoll": true', (T,), (), ()),
    ],
)
def test_usercentrics_interface_says_group_and_service(flags, granted, denied, locked) -> None:
    said = consent_strings.restate("usercentrics", f"{{{flags}}}")
    assert (said.granted, said.denied, said.locked) == (granted, denied, locked)


@given(st.text(max_size=300))
def test_framework_strings_never_raise(text: str) -> None:
    for kind in ("gpp", "gcd", "tcf", "tcf_inside", "usprivacy", "gcs"):
        assert decode(kind, text).kind == kind
        assert decode(kind, f"DBABLA~{text}").kind == kind

"""Small cases, written by hand, with exactly what the rules must say about them: findings, and what is undecided.

The cases stand in the ``*.cases`` files beside this one; the first of them explains the notation. Rules about banners
and choices have tables of their own.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from auditor import examples as x
from auditor.classify import bundled
from auditor.domains import host_of
from auditor.engine import judge
from auditor.model import (
    Beacon,
    Category,
    ChoiceOutcome,
    CmpDeclaration,
    CookieEvent,
    Coverage,
    DisclosureLevel,
    Outcome,
    Phase,
    Scenario,
    Site,
    Spelling,
    StorageKind,
)
from auditor.rules import all_rules

HERE = Path(__file__).parent
DAY = x.DAY
#: Rules about banners and choices, by their ids.
ELSEWHERE = frozenset(
    {
        "choice_recorded_wrong",
        "consent_stored_before_choice",
        "cookie_wall",
        "gpc_ignored",
        "kept_after_withdrawal",
        "no_reject_option",
        "no_withdrawal",
        "pre_ticked",
        "reject_less_prominent",
        "reject_needs_more_clicks",
        "sent_after_reject",
        "tcf_legitimate_interest",
    }
)
RULES = tuple(rule for rule in all_rules() if rule.id not in ELSEWHERE)
CATEGORIES = {
    "necessary": Category.STRICTLY_NECESSARY,
    "functional": Category.FUNCTIONAL,
    "performance": Category.PERFORMANCE,
    "targeting": Category.TARGETING,
    "unclassified": Category.UNCLASSIFIED,
}
PHASES = {
    "accept": Phase.AFTER_ACCEPT,
    "reject": Phase.AFTER_REJECT,
    "withdrawal": Phase.AFTER_WITHDRAWAL,
}
PLAYED_IN = {
    Phase.AFTER_ACCEPT: {Scenario.ACCEPT_ALL, Scenario.WITHDRAW},
    Phase.AFTER_REJECT: {Scenario.REJECT_ALL},
    Phase.AFTER_WITHDRAWAL: {Scenario.WITHDRAW},
}
EVENTS = {event.value: event for event in CookieEvent}
UNITS = {"s": 1, "min": 60, "h": 3_600, "d": DAY, "m": 30 * DAY, "y": 365 * DAY}
#: What the policy of a case names that has none of its own: nothing about it is amiss.
SERVICES = (
    "Google Analytics, Meta Pixel, AdRoll, Hotjar, LinkedIn Insight Tag, Google Ads, DoubleClick, Matomo, HubSpot, "
    "Intercom, Microsoft Clarity, Bing Ads, TikTok Pixel, New Relic, Criteo, YouTube, Segment, Mixpanel"
)


def seconds(text):
    """``2y``, ``400d``, ``30min``; ``session`` is None."""
    if text == "session":
        return None
    number, unit = re.fullmatch(r"(\d+)([a-z]+)", text).groups()
    return int(number) * UNITS[unit]


@dataclass
class Case:
    """One case as read: what was seen, what is declared, and what must come of it."""

    title: str
    place: str
    sites: list[Site] = field(default_factory=list)
    law: tuple[str, ...] = ()
    seen: list = field(default_factory=list)
    scenarios: list[Scenario] = field(
        default_factory=lambda: [Scenario.NO_CHOICE, Scenario.ACCEPT_ALL, Scenario.REJECT_ALL]
    )
    changes: list = field(default_factory=list)
    policies: list[dict] = field(default_factory=list)
    unread: list = field(default_factory=list)
    tool: dict | None = None
    fires: set = field(default_factory=set)
    undecided: set = field(default_factory=set)
    no_banner: bool = False


class Line:
    """The words of one line: plain ones in order, and ``key=value``."""

    def __init__(self, words):
        self.words = [word for word in words if not re.match(r"[a-z_]+=", word)]
        self.facts = dict(word.split("=", 1) for word in words if word not in self.words)

    def take(self):
        return self.words.pop(0)

    def has(self, word):
        if word in self.words:
            self.words.remove(word)
            return True
        return False

    def phase(self):
        found = [PHASES[word] for word in self.words if word in PHASES]
        self.words = [word for word in self.words if word not in PHASES]
        return found[0] if found else Phase.BEFORE_CHOICE

    def category(self):
        return CATEGORIES[self.take()] if self.words and self.words[0] in CATEGORIES else None

    def scopes(self):
        return tuple(filter(None, self.facts.pop("scope", "").split(",")))

    def alternatives(self):
        return tuple(CATEGORIES[word] for word in filter(None, self.facts.pop("or", "").split(",")))

    def done(self):
        assert not self.words, self.words
        assert not self.facts, self.facts


# ------------------------------------------------------------------------------------------ what was seen


def read_cookie(line):
    name, domain = line.take(), "vendor.example"
    if line.words and line.words[0].startswith("@"):
        domain = line.take()[1:]
    facts = {"phase": line.phase()}
    for word, event in EVENTS.items():
        if line.has(word):
            facts["event"] = event
    facts["lifetime_seconds"] = seconds(line.facts.pop("lives", "90d"))
    if "asked" in line.facts:
        facts["declared_lifetime_seconds"] = seconds(line.facts.pop("asked"))
    facts["http_only"] = line.has("httponly")
    facts["secure"] = not line.has("insecure")
    if "samesite" in line.facts:
        facts["same_site"] = line.facts.pop("samesite")
    if "because" in line.facts:
        facts["blocked_reasons"] = tuple(line.facts.pop("because").split(","))
    if line.has("sent"):
        facts["sent_to"] = (domain,)
    value = line.facts.pop("value", None)
    return lambda page, number: x.cookie(name, domain, value=value or fresh(number), page=page, **facts)


def fresh(number):
    """Another visitor's id in every visit."""
    return f"GA1.1.{1789654321 + 7919 * number}.1767355200"


def read_storage(line):
    key, origin = line.take(), "https://www.vendor.example"
    if line.words and line.words[0].startswith("@"):
        origin = line.take()[1:]
    kind = StorageKind.LOCAL
    for each in StorageKind:
        if line.has(each.value):
            kind = each
    phase, value = line.phase(), line.facts.pop("value", None)
    return lambda _, number: x.storage(key, origin, kind=kind, phase=phase, value=value or fresh(number))


def read_request(line):
    url, phase = line.take(), line.phase()
    beacon = next((each for each in Beacon if line.has(each.value)), None)
    kind = line.facts.pop("type", "image" if beacon else "script")
    cookies = tuple(filter(None, line.facts.pop("cookies", "").split(",")))
    return lambda page, _: x.request(
        url, phase=phase, beacon=beacon, resource_type=kind, page=page, sent_cookies=cookies
    )


def read_control(line):
    text = line.take()
    return lambda page, _: x.control(text, page=page)


def read_api(line):
    api, script, phase = line.take(), line.take(), line.phase()
    count = int(line.facts.pop("count", "1"))
    return lambda _page, _number: x.api(api, script, count=count, phase=phase)


def read_shared(line):
    name, domain = line.take(), "vendor.example"
    if line.words[0].startswith("@"):
        domain = line.take()[1:]
    url, facts = line.take(), {"phase": line.phase(), "whole": not line.has("part")}
    if "as" in line.facts:
        facts["spelling"] = Spelling(line.facts.pop("as"))
    return lambda _page, _number: x.shared(name, domain, url, **facts)


def read_alias(line):
    host, *chain = line.words
    line.words = []
    return lambda _page, _number: x.alias(host, *chain)


SEEN = {
    "shared": read_shared,
    "alias": read_alias,
    "cookie": read_cookie,
    "storage": read_storage,
    "request": read_request,
    "control": read_control,
    "api": read_api,
}


# --------------------------------------------------------------------------------------- what is declared


def read_listed(line):
    name = line.take()
    facts = {"alternatives": line.alternatives(), "scope_ids": line.scopes()}
    category = line.category()
    if "lives" in line.facts:
        life = line.facts.pop("lives")
        kind = life if life in {"session", "persistent", "few_seconds"} else "fixed"
        facts["duration"] = x.duration(kind, 0 if kind == "session" else None if kind != "fixed" else seconds(life))
    for key in ("host", "provider", "service"):
        if key in line.facts:
            facts[key] = line.facts.pop(key)
    if "as" in line.facts:
        facts["storage"] = line.facts.pop("as")
    if line.has("inferred"):
        facts["category_basis"] = "inferred_from_purpose"
    pattern = line.facts.pop("match", None)
    cookie = x.listed(name, category, **facts)
    if pattern:
        kind = "glob" if "*" in pattern else "exact"
        if line.has("host"):
            kind = "host"
        cookie = replace(cookie, match=replace(cookie.match, kind=kind, pattern=pattern))
    return "cookies", cookie


def read_named(line):
    facts = {"alternatives": line.alternatives(), "scope_ids": line.scopes()}
    if "domains" in line.facts:
        facts["domains"] = tuple(line.facts.pop("domains").split(","))
    if "aliases" in line.facts:
        facts["aliases"] = tuple(line.facts.pop("aliases").split(","))
    name = line.take()
    category = line.category()
    if line.has("inferred"):
        facts["category_label"] = None
    return "services", x.service(name, category, **facts)


def read_category(line):
    scopes = line.scopes()
    category = line.category()
    covers = tuple(CATEGORIES[word] for word in filter(None, line.facts.pop("covers", "").split(",")))
    facts = {"covers": (category, *covers), "alternatives": line.alternatives()}
    for key in ("consent", "in_use"):
        if key in line.facts:
            facts[key] = line.facts.pop(key)
    return "categories", x.category(category, *scopes, **facts)


def read_scope(line):
    identity = line.take()
    hosts = tuple(filter(None, line.facts.pop("hosts", "").split(",")))
    return "scopes", x.scope(identity, line.facts.pop("kind", identity), hosts)


def read_claim(line):
    kind = line.take()
    subject = line.category() or (line.take() if line.words and line.words[0] not in {"qualified"} else None)
    facts = {"strength": "qualified"} if line.has("qualified") else {}
    return "claims", x.claim(kind, subject, **facts)


DECLARED = {
    "lists": read_listed,
    "names": read_named,
    "category": read_category,
    "scope": read_scope,
    "technology": lambda line: ("technologies", x.technology(line.take())),
    "claim": read_claim,
    "promises": lambda line: ("consent", x.mechanism(line.take(), line.facts.pop("location", "footer"))),
}


def add(declared, line, reader):
    key, record = reader(line)
    declared.setdefault(key, []).append(record)


# ------------------------------------------------------------------------------------------------ cases


def read_cases(path):
    """The cases of a file."""
    case = None
    for number, text in enumerate(path.read_text("utf-8").splitlines(), 1):
        if text.startswith("# "):
            case = Case(title=text[2:], place=f"{path.stem}:{number}")
            yield case
        elif text.strip() and not text.startswith("##"):
            try:
                read_line(case, Line(shlex.split(text)))
            except Exception as error:
                raise ValueError(f"{path.name}:{number}: {text}") from error


def read_line(case, line):
    verb = line.take()
    if verb in SEEN:
        where = line.facts.pop("on", None), line.facts.pop("in", None)
        count = len(line.words)
        phase = next((PHASES[word] for word in line.words[:count] if word in PHASES), Phase.BEFORE_CHOICE)
        case.seen.append((SEEN[verb](line), phase, *where))
    elif verb in DECLARED:
        add(case.policies[-1], line, DECLARED[verb])
    else:
        OTHERS[verb](case, line)
    line.done()


def on_site(case, line):
    case.sites.append(Site(url=line.take(), scope=line.facts.pop("scope", None)))


def on_law(case, line):
    case.law = tuple(line.words)
    line.words = []


def on_policy(case, line):
    level = line.take() if line.words else "undifferentiated"
    if level == "missing":
        case.unread.append(x.reading(outcome=Outcome.HTTP_ERROR, http_status=404))
    elif level == "unread":
        case.unread.append(x.reading(outcome=Outcome(line.take() if line.words else "timeout")))
    else:
        case.policies.append({"level": DisclosureLevel(level), "language": line.facts.pop("language", "en")})


def on_says(case, line):
    case.policies[-1]["text"] = line.take()


def on_tool(case, line):
    case.tool = case.tool or {}
    add(case.tool, line, DECLARED[line.take()])


def on_visit(case, line):
    scenario = Scenario(line.take())
    if scenario not in case.scenarios:
        case.scenarios.append(scenario)
    if line.has("missing"):
        case.scenarios.remove(scenario)
        return
    facts = {}
    for outcome in Outcome:
        if line.has(outcome.value):
            facts["outcome"] = outcome
    if "choice" in line.facts:
        word = line.facts.pop("choice")
        made = ChoiceOutcome.DONE if word == "unproven" else ChoiceOutcome(word)
        facts["choice"] = x.choice(scenario, made, proven=word != "unproven")
    if "without" in line.facts:
        names = line.facts.pop("without").split(",")
        facts["coverage"] = Coverage(collectors=dict.fromkeys(names, "failed: for a reason"))
    if "at" in line.facts:
        facts["final_url"] = line.facts.pop("at")
    case.changes.append((scenario, line.facts.pop("on", None), facts))


def on_page(case, line):
    assert line.take() == "without"
    assert line.take() == "banner"
    case.no_banner = True


def on_fires(case, line):
    if line.words == ["nothing"]:
        line.words = []
        return
    rule, subject, severity = line.take(), whole(line.take()), line.take()
    case.fires.add((rule, line.facts.pop("on", None), subject, severity))


def on_undecided(case, line):
    if line.words[0] in {"needing", "collecting"}:
        every, wanted = line.words
        line.words = []
        case.undecided |= {(rule.id, None, None) for rule in RULES if wanted in asked_of(rule)[every]}
        return
    rule = line.take()
    subject = whole(line.take()) if line.words else None
    case.undecided.add((rule, line.facts.pop("on", None), subject))


def asked_of(rule):
    """What a rule needs to be silent: scenarios, and collectors that looked."""
    return {"needing": {str(one) for one in rule.needs}, "collecting": rule.collectors}


def whole(subject):
    """A subject with the place that goes without saying."""
    if subject.startswith("cookie:") and "@" not in subject:
        return f"{subject}@vendor.example"
    if subject.startswith("storage:") and "@" not in subject:
        return f"{subject}@https://www.vendor.example"
    return subject


OTHERS = {
    "site": on_site,
    "law": on_law,
    "policy": on_policy,
    "says": on_says,
    "tool": on_tool,
    "visit": on_visit,
    "page": on_page,
    "=>": on_fires,
    "??": on_undecided,
}


# --------------------------------------------------------------------------------------------- evidence


def open_policy():
    """A policy that says all that can be asked of it, and lists nothing."""
    return x.declaration(
        DisclosureLevel.CATEGORIES,
        categories=tuple(x.category(each) for each in CATEGORIES.values() if each is not Category.UNCLASSIFIED),
        services=tuple(x.service(name) for name in SERVICES.split(", ")),
        technologies=tuple(map(x.technology, ("cookies", "web_beacons", "local_storage"))),
    )


def policies_of(case):
    made = []
    for facts in case.policies:
        given = dict(facts)
        level = given.pop("level")
        records = {key: tuple(value) for key, value in given.items() if isinstance(value, list)}
        made.append(x.declaration(level, **{**given, **records}))
    found = [
        x.reading(one, source=f"{x.SITE}privacy{number or ''}", sha256=f"{number:064}")
        for number, one in enumerate(made)
    ]
    return [*found, *case.unread] or [x.reading(open_policy())]


def visits_of(case):
    sites = case.sites or [Site(url=x.SITE)]
    return [visit_of(case, site, scenario, number) for site in sites for number, scenario in enumerate(case.scenarios)]


def visit_of(case, site, scenario, number):
    page = site.url
    seen = []
    for make, phase, on, only in case.seen:
        here = on in (None, site.url) and only in (None, scenario.value)
        if here and scenario in PLAYED_IN.get(phase, set(Scenario)):
            seen.append(make(page, number))
    facts = {"site": site.url, "final_url": site.url}
    if case.no_banner:
        facts |= {"banner": None, "choice": x.choice(scenario, ChoiceOutcome.NO_BANNER)}
    if case.tool is not None:
        facts["declared_by_cmp"] = CmpDeclaration(cmp="tool", **{key: tuple(v) for key, v in case.tool.items()})
    for wanted, on, changes in case.changes:
        if wanted is scenario and on in (None, site.url):
            facts |= changes
    return x.visit(scenario, *seen, id=number + 1, **facts)


CASES = [case for path in sorted(HERE.glob("*.cases")) for case in read_cases(path)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.place} {case.title}")
def test_case(case):
    of = x.vendor(*case.sites, jurisdictions=case.law)
    evidence = x.evidence(visits_of(case), *policies_of(case), knowledge=bundled(), of=of)
    findings, undecided = judge(evidence, RULES)
    usual = {site.url for site in evidence.sites[:1]} if len(evidence.sites) == 1 else set()
    said = {(one.rule, place(one.site, usual), one.subject, one.severity.value) for one in findings}
    open_questions = {(one.rule, place(one.site, usual), one.subject) for one in undecided}
    assert (sorted(said, key=str), sorted(open_questions, key=str)) == (
        sorted(case.fires, key=str),
        sorted(case.undecided, key=str),
    )
    assert all(one.evidence and one.fact for one in findings)


def place(site, usual):
    return None if site in usual or site is None else host_of(site)


def test_there_are_many_cases_and_every_rule_has_some():
    assert len(CASES) >= 200
    fired = {rule for case in CASES for rule, *_ in case.fires}
    assert {rule.id for rule in RULES} <= fired

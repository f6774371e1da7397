"""Visits and what was observed in them: one pair of functions per record.

``x_to_row`` gives the flat, already reduced values of a record under the names of the views in `db.views`;
``x_from_row`` builds the record again from such a row. Which table and which dictionary a value goes to is `db.write`'s
concern. What is lost on the way is lost on purpose: raw values, query values, control characters (see `db.reduction`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import (
    ApiCall,
    Beacon,
    Category,
    Choice,
    ChoiceOutcome,
    ConsentSignal,
    Control,
    Cookie,
    CookieEvent,
    HostAlias,
    Party,
    Phase,
    Picture,
    Place,
    Recording,
    RecordingKind,
    Request,
    Screenshot,
    SetBy,
    SharedIdentifier,
    Spelling,
    StorageItem,
    StorageKind,
    Value,
    Wanted,
)
from db.codec import (
    Row,
    optional_integer,
    optional_text,
    optional_texts,
    optional_texts_from,
    optional_time,
    optional_time_from,
    optional_word,
    real,
    texts,
    texts_from,
)
from db.reduction import LONG_TEXT_LIMIT, clean, integer, keyed_hash, reduce_link, reduce_url

if TYPE_CHECKING:
    from collections.abc import Sequence


def optional_url(url: str | None) -> str | None:
    """A reduced URL, absence kept."""
    return None if url is None else reduce_url(url)


def _chain(urls: Sequence[str]) -> str | None:
    return optional_texts([reduce_url(url) for url in urls])


def value_to_row(value: Value, key: bytes) -> Row:
    """Length, entropy in bits per character, identifier flag and keyed hash; ``raw`` is dropped."""
    return {
        "value_length": integer(value.length),
        "value_hash": keyed_hash(key, value.hash),
        "value_entropy": real(value.entropy),
        "identifier": int(value.identifier),
    }


def value_from_row(row: Row) -> Value:
    """The value's description; ``hash`` is the keyed one."""
    return Value(
        length=row["value_length"],
        hash=row["value_hash"],
        entropy=row["value_entropy"],
        identifier=bool(row["identifier"]),
    )


def cookie_to_row(cookie: Cookie, key: bytes) -> Row:
    """Flat row of one cookie event."""
    return {
        "name": clean(cookie.name),
        "domain": clean(cookie.domain),
        "path": reduce_url(cookie.path),
        "host_only": int(cookie.host_only),
        "secure": int(cookie.secure),
        "http_only": int(cookie.http_only),
        "same_site": optional_text(cookie.same_site),
        "partition_key": optional_url(cookie.partition_key),
        "lifetime_seconds": optional_integer(cookie.lifetime_seconds),
        "declared_lifetime_seconds": optional_integer(cookie.declared_lifetime_seconds),
        "expires": optional_time(cookie.expires),
        "party": cookie.party.value,
        "phase": cookie.phase.value,
        "event": cookie.event.value,
        "blocked_reasons": optional_texts(cookie.blocked_reasons),
        "set_by": cookie.set_by.value,
        "initiator": optional_url(cookie.initiator),
        "initiator_chain": _chain(cookie.initiator_chain),
        "at_ms": integer(cookie.at_ms),
        "in_jar": int(cookie.in_jar),
        "sent_to": optional_texts(cookie.sent_to),
        **value_to_row(cookie.value, key),
    }


def cookie_from_row(row: Row) -> Cookie:
    """The cookie event of a row of ``cookie_sightings``."""
    return Cookie(
        name=row["name"],
        domain=row["domain"],
        path=row["path"],
        host_only=bool(row["host_only"]),
        secure=bool(row["secure"]),
        http_only=bool(row["http_only"]),
        same_site=row["same_site"],
        partition_key=row["partition_key"],
        lifetime_seconds=row["lifetime_seconds"],
        declared_lifetime_seconds=row["declared_lifetime_seconds"],
        expires=optional_time_from(row["expires"]),
        party=Party(row["party"]),
        phase=Phase(row["phase"]),
        event=CookieEvent(row["event"]),
        blocked_reasons=optional_texts_from(row["blocked_reasons"]),
        set_by=SetBy(row["set_by"]),
        initiator=row["initiator"],
        initiator_chain=optional_texts_from(row["initiator_chain"]),
        at_ms=row["at_ms"],
        in_jar=bool(row["in_jar"]),
        sent_to=optional_texts_from(row["sent_to"]),
        value=value_from_row(row),
    )


def storage_to_row(item: StorageItem, key: bytes) -> Row:
    """Flat row of one storage key seen in one phase."""
    return {
        "kind": item.kind.value,
        "origin": reduce_url(item.origin),
        "key": clean(item.key),
        "party": item.party.value,
        "phase": item.phase.value,
        "initiator": optional_url(item.initiator),
        "at_ms": optional_integer(item.at_ms),
        **value_to_row(item.value, key),
    }


def storage_from_row(row: Row) -> StorageItem:
    """The storage item of a row of ``storage_sightings``."""
    return StorageItem(
        kind=StorageKind(row["kind"]),
        origin=row["origin"],
        key=row["key"],
        party=Party(row["party"]),
        phase=Phase(row["phase"]),
        initiator=row["initiator"],
        at_ms=row["at_ms"],
        value=value_from_row(row),
    )


def request_to_row(request: Request) -> Row:
    """Flat row of one request."""
    return {
        "url": reduce_url(request.url),
        "host": clean(request.host),
        "method": clean(request.method),
        "resource_type": clean(request.resource_type),
        "party": request.party.value,
        "phase": request.phase.value,
        "at_ms": integer(request.at_ms),
        "initiator": optional_url(request.initiator),
        "initiator_chain": _chain(request.initiator_chain),
        "status": optional_integer(request.status),
        "beacon": optional_word(request.beacon),
        "beacon_reason": optional_text(request.beacon_reason),
        "sets_cookies": optional_texts(request.sets_cookies),
        "sent_cookies": optional_texts(request.sent_cookies),
        "from_service_worker": int(request.from_service_worker),
    }


def request_from_row(row: Row) -> Request:
    """The request of a row of ``request_sightings``."""
    return Request(
        url=row["url"],
        host=row["host"],
        method=row["method"],
        resource_type=row["resource_type"],
        party=Party(row["party"]),
        phase=Phase(row["phase"]),
        at_ms=row["at_ms"],
        initiator=row["initiator"],
        initiator_chain=optional_texts_from(row["initiator_chain"]),
        status=row["status"],
        beacon=Beacon(row["beacon"]) if row["beacon"] is not None else None,
        beacon_reason=row["beacon_reason"],
        sets_cookies=optional_texts_from(row["sets_cookies"]),
        sent_cookies=optional_texts_from(row["sent_cookies"]),
        from_service_worker=bool(row["from_service_worker"]),
    )


def choice_to_row(choice: Choice) -> Row:
    """The columns of ``visits`` that tell the choice."""
    return {
        "wanted": choice.wanted.value,
        "choice": choice.outcome.value,
        "proven": int(choice.proven),
        "proof": texts(choice.proof),
        "method": optional_text(choice.method),
        "clicks": texts(choice.clicks),
    }


def choice_from_row(row: Row) -> Choice:
    """The choice of a row of ``visits``."""
    return Choice(
        wanted=Wanted(row["wanted"]),
        outcome=ChoiceOutcome(row["choice"]),
        proven=bool(row["proven"]),
        proof=texts_from(row["proof"]),
        method=row["method"],
        clicks=texts_from(row["clicks"]),
    )


def signal_to_row(signal: ConsentSignal) -> Row:
    """Row of ``consent_signals`` without its visit; the encoded record stays, since it holds the choices."""
    return {
        "kind": clean(signal.kind),
        "phase": signal.phase.value,
        "raw": clean(signal.raw, LONG_TEXT_LIMIT),
        "granted": texts(signal.granted),
        "denied": texts(signal.denied),
    }


def signal_from_row(row: Row) -> ConsentSignal:
    """The consent signal of a row of ``consent_signals``."""
    return ConsentSignal(
        kind=row["kind"],
        phase=Phase(row["phase"]),
        raw=row["raw"],
        granted=tuple(Category(word) for word in texts_from(row["granted"])),
        denied=tuple(Category(word) for word in texts_from(row["denied"])),
    )


def api_call_to_row(call: ApiCall) -> Row:
    """Row of ``api_calls`` without its visit."""
    return {
        "api": clean(call.api),
        "script": optional_url(call.script),
        "count": integer(call.count),
        "phase": call.phase.value,
    }


def api_call_from_row(row: Row) -> ApiCall:
    """The calls of a row of ``api_calls``."""
    return ApiCall(api=row["api"], script=row["script"], count=row["count"], phase=Phase(row["phase"]))


def shared_identifier_to_row(shared: SharedIdentifier) -> Row:
    """Row of ``shared_identifiers`` without its visit."""
    return {
        "item_kind": clean(shared.item_kind),
        "item_name": clean(shared.item_name),
        "item_place": clean(shared.item_place),
        "spelling": shared.spelling.value,
        "whole": int(shared.whole),
        "found_in": shared.found_in.value,
        "parameter": optional_text(shared.parameter),
        "url": reduce_url(shared.url),
        "host": clean(shared.host),
        "phase": shared.phase.value,
        "at_ms": integer(shared.at_ms),
        "initiator": optional_url(shared.initiator),
    }


def shared_identifier_from_row(row: Row) -> SharedIdentifier:
    """The sighting of a row of ``shared_identifiers``."""
    return SharedIdentifier(
        item_kind=row["item_kind"],
        item_name=row["item_name"],
        item_place=row["item_place"],
        spelling=Spelling(row["spelling"]),
        whole=bool(row["whole"]),
        found_in=Place(row["found_in"]),
        parameter=row["parameter"],
        url=row["url"],
        host=row["host"],
        phase=Phase(row["phase"]),
        at_ms=row["at_ms"],
        initiator=row["initiator"],
    )


def alias_to_row(alias: HostAlias) -> Row:
    """Row of ``host_aliases`` without its visit."""
    return {"host": clean(alias.host), "chain": texts(alias.chain)}


def alias_from_row(row: Row) -> HostAlias:
    """The chain of a row of ``host_aliases``."""
    return HostAlias(host=row["host"], chain=texts_from(row["chain"]))


def control_to_row(control: Control) -> Row:
    """Row of ``controls`` without its visit."""
    return {
        "text": clean(control.text),
        "url": None if control.url is None else reduce_link(control.url),
        "location": clean(control.location),
        "page": reduce_url(control.page),
        "phase": control.phase.value,
    }


def control_from_row(row: Row) -> Control:
    """The control of a row of ``controls``."""
    return Control(
        text=row["text"], url=row["url"], location=row["location"], page=row["page"], phase=Phase(row["phase"])
    )


def screenshot_to_row(screenshot: Screenshot) -> Row:
    """Row of ``screenshots`` without its visit."""
    return {
        "phase": screenshot.phase.value,
        "page": reduce_url(screenshot.page),
        "sha256": screenshot.sha256,
        "kind": screenshot.kind.value,
    }


def screenshot_from_row(row: Row) -> Screenshot:
    """The screenshot of a row of ``screenshots``."""
    return Screenshot(phase=Phase(row["phase"]), page=row["page"], sha256=row["sha256"], kind=Picture(row["kind"]))


def recording_to_row(recording: Recording) -> Row:
    """Row of ``recordings`` without its visit."""
    return {"kind": recording.kind.value, "sha256": recording.sha256}


def recording_from_row(row: Row) -> Recording:
    """The recording of a row of ``recordings``."""
    return Recording(kind=RecordingKind(row["kind"]), sha256=row["sha256"])

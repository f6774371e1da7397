"""What scripts do with the functions that fingerprinting and session replay are made of: exact counts, per script.

Every technique is a page of its own in a frame, so that one visit plays them all; ``EXPECTED`` is the whole truth.
"""

from __future__ import annotations

import json
from collections import Counter

import pytest

from auditor.model import Phase, Scenario

pytestmark = pytest.mark.browser

SITE = "www.first.com"
OTHER = "cdn.tracker.net"

CANVAS = """
const canvas = document.createElement('canvas'); canvas.width = 240; canvas.height = 60;
const pen = canvas.getContext('2d'); pen.textBaseline = 'alphabetic'; pen.fillStyle = '#f60';
pen.fillRect(100, 1, 62, 20); pen.fillStyle = '#069'; pen.font = '11pt "Times New Roman"';
"""
GL = "const gl = document.createElement('canvas').getContext('webgl');"

TECHNIQUES: dict[str, tuple[str, dict[str, int]]] = {
    "canvas": (
        CANVAS + "pen.fillText('Cwm fjordbank gly', 2, 15); pen.fillText('\\u{1F603}', 4, 45); canvas.toDataURL();"
        "canvas.toBlob(() => {}); pen.getImageData(0, 0, 9, 9); pen.isPointInPath(5, 5, 'evenodd')",
        {
            "canvas.fillText": 2,
            "canvas.toDataURL": 1,
            "canvas.toBlob": 1,
            "canvas.getImageData": 1,
            "canvas.isPointInPath": 1,
        },
    ),
    "offscreen": (
        "const c = new OffscreenCanvas(20, 20); c.getContext('2d').strokeText('x', 1, 9); c.convertToBlob()",
        {"canvas.strokeText": 1, "canvas.convertToBlob": 1},
    ),
    "fonts_measured": (
        CANVAS + "for (let i = 0; i < 120; i++) { pen.font = `72px font${i % 60}, serif`; pen.measureText('mmmlli') }",
        {"canvas.measureText": 120, "canvas.measureText:fonts": 60},
    ),
    "fonts_by_size": (
        "for (let i = 0; i < 40; i++) { const s = document.createElement('span'); "
        "s.style.fontFamily = `font${i}, serif`; s.textContent = 'mmmlli';"
        "document.body.append(s); s.offsetWidth + s.offsetHeight }",
        {"fonts.offsetWidth": 40, "fonts.offsetHeight": 40},
    ),
    "fonts_asked": (
        "for (const f of ['Arial', 'Calibri', 'Menlo']) document.fonts.check(`12px ${f}`)",
        {"fonts.check": 3},
    ),
    "webgl": (
        GL + "const d = gl.getExtension('WEBGL_debug_renderer_info'); gl.getParameter(d.UNMASKED_VENDOR_WEBGL);"
        "gl.getParameter(d.UNMASKED_RENDERER_WEBGL); gl.getParameter(gl.MAX_TEXTURE_SIZE); gl.getSupportedExtensions();"
        "gl.getShaderPrecisionFormat(gl.VERTEX_SHADER, gl.HIGH_FLOAT);"
        "gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4)); gl.getExtension('OES_texture_float')",
        {
            "webgl.getExtension:WEBGL_debug_renderer_info": 1,
            "webgl.getParameter:UNMASKED_VENDOR_WEBGL": 1,
            "webgl.getParameter:UNMASKED_RENDERER_WEBGL": 1,
            "webgl.getParameter": 1,
            "webgl.getSupportedExtensions": 1,
            "webgl.getShaderPrecisionFormat": 1,
            "webgl.readPixels": 1,
        },
    ),
    "audio": (
        """(async () => { const c = new OfflineAudioContext(1, 5000, 44100), o = c.createOscillator();
        const k = c.createDynamicsCompressor(); o.type = 'triangle'; o.connect(k); k.connect(c.destination); o.start(0);
        const b = await c.startRendering(); b.getChannelData(0).slice(0, 9) })()""",
        {
            "audio.createOscillator": 1,
            "audio.createDynamicsCompressor": 1,
            "audio.startRendering": 1,
            "audio.getChannelData": 1,
        },
    ),
    "audio_live": (
        "const c = new AudioContext(), a = c.createAnalyser(); a.getFloatFrequencyData(new Float32Array(9));"
        "a.getByteFrequencyData(new Uint8Array(9)); a.getFloatTimeDomainData(new Float32Array(9))",
        {
            "audio.createAnalyser": 1,
            "audio.getFloatFrequencyData": 1,
            "audio.getByteFrequencyData": 1,
            "audio.getFloatTimeDomainData": 1,
        },
    ),
    "plugins": (
        "const n = navigator; n.plugins.length; n.plugins[0]; n.mimeTypes.length; n.hardwareConcurrency;"
        "n.deviceMemory; n.languages; n.platform; n.maxTouchPoints; n.webdriver",
        {
            "navigator.plugins": 2,
            "navigator.mimeTypes": 1,
            "navigator.hardwareConcurrency": 1,
            "navigator.deviceMemory": 1,
            "navigator.languages": 1,
            "navigator.platform": 1,
            "navigator.maxTouchPoints": 1,
            "navigator.webdriver": 1,
        },
    ),
    "hints": (
        "navigator.userAgentData.getHighEntropyValues(['model']); navigator.connection; navigator.getBattery()",
        {"navigator.getHighEntropyValues": 1, "navigator.connection": 1, "navigator.getBattery": 1},
    ),
    "screen": (
        "screen.width * screen.height; screen.availWidth; screen.availHeight; screen.colorDepth; screen.pixelDepth;"
        "Intl.DateTimeFormat().resolvedOptions().timeZone",
        {
            "screen.width": 1,
            "screen.height": 1,
            "screen.availWidth": 1,
            "screen.availHeight": 1,
            "screen.colorDepth": 1,
            "screen.pixelDepth": 1,
            "intl.resolvedOptions": 1,
        },
    ),
    "webrtc": (
        "const p = new RTCPeerConnection(); p.createDataChannel('');"
        "p.createOffer().then((o) => p.setLocalDescription(o))",
        {"webrtc.createDataChannel": 1, "webrtc.createOffer": 1},
    ),
    "devices": (
        "speechSynthesis.getVoices(); navigator.mediaDevices.enumerateDevices();"
        "for (const name of ['camera', 'geolocation']) navigator.permissions.query({name})",
        {"speechSynthesis.getVoices": 1, "mediaDevices.enumerateDevices": 1, "permissions.query": 2},
    ),
    "keystrokes": (
        """document.body.innerHTML += '<form><input id=a><input id=b type=password><textarea id=c></textarea></form>';
        document.addEventListener('keydown', () => {}, true); window.addEventListener('keyup', () => {});
        addEventListener('keypress', () => {}); document.body.addEventListener('input', () => {});
        for (const id of ['a', 'b', 'c']) document.getElementById(id).addEventListener('input', () => {});
        document.forms[0].addEventListener('change', () => {}); document.onkeyup = () => {};
        document.getElementById('b').oninput = () => {}""",
        {
            "Element.innerHTML@body": 1,
            "addEventListener:keydown@document": 1,
            "addEventListener:keyup@window": 1,
            "addEventListener:keypress@window": 1,
            "addEventListener:input@body": 1,
            "addEventListener:input@input": 1,
            "addEventListener:input@password": 1,
            "addEventListener:input@textarea": 1,
            "addEventListener:change@form": 1,
            "onkeyup@document": 1,
            "oninput@password": 1,
        },
    ),
    "replay": (
        """new MutationObserver(() => {}).observe(document,
          { attributes: true, attributeOldValue: true, characterData: true, childList: true, subtree: true });
        const copy = new XMLSerializer().serializeToString(document), again = document.documentElement.outerHTML;
        const inner = document.body.appendChild(document.createElement('iframe')).contentDocument;
        new MutationObserver(() => {}).observe(inner, { childList: true, subtree: true });
        for (const type of ['input', 'change', 'keydown']) document.addEventListener(type, () => {}, true)""",
        {
            "MutationObserver.observe:attributes+characterData+childList@document": 1,
            "MutationObserver.observe:childList@document": 1,
            "XMLSerializer.serializeToString@document": 1,
            "Element.outerHTML@html": 1,
            "addEventListener:input@document": 1,
            "addEventListener:change@document": 1,
            "addEventListener:keydown@document": 1,
        },
    ),
    "many": (
        CANVAS + "for (let i = 0; i < 3000; i++) pen.fillText('score', 1, 1)",
        {"canvas.fillText": 3000},
    ),
    "leaves_at_once": (CANVAS + "canvas.toDataURL(); location.replace('/landed')", {"canvas.toDataURL": 1}),
    # What must not be reported.
    "drawing": (CANVAS + "pen.beginPath(); pen.arc(5, 5, 4, 0, 7); pen.fill(); pen.drawImage(canvas, 0, 0)", {}),
    "layout": (
        "for (const e of document.querySelectorAll('*')) e.getBoundingClientRect().width + e.offsetWidth",
        {},
    ),
    "shortcuts": (
        """document.body.innerHTML = '<div id=menu tabindex=0></div><input type=checkbox id=box><p id=go>Go';
        for (const type of ['keydown', 'click', 'focus']) menu.addEventListener(type, () => {});
        box.addEventListener('change', () => {}); go.addEventListener('keydown', () => {});
        document.addEventListener('click', () => {}); document.addEventListener('keydown', null);
        document.onkeydown = null; window.addEventListener('scroll', () => {});
        document.body.innerHTML += ''.concat('')""",
        {"Element.innerHTML@body": 1},
    ),
    "watching_a_part": (
        """const box = document.createElement('div'); document.body.append(box);
        new MutationObserver(() => {}).observe(box, { childList: true, subtree: true, characterData: true });
        new MutationObserver(() => {}).observe(document.body, { childList: true });
        const parsed = new DOMParser().parseFromString('<p>x', 'text/html');
        new MutationObserver(() => {}).observe(parsed, { childList: true, subtree: true });
        new XMLSerializer().serializeToString(parsed); parsed.documentElement.outerHTML; parsed.body.innerHTML;
        new XMLSerializer().serializeToString(box); box.outerHTML; box.innerHTML""",
        {},
    ),
    "illegal": (
        """for (const call of [() => HTMLCanvasElement.prototype.toDataURL.call({}), () => Navigator.prototype.plugins,
          () => CanvasRenderingContext2D.prototype.measureText.call(null)]) try { call() } catch {}
        HTMLCanvasElement.prototype.toDataURL.toString(); 'plugins' in navigator; typeof OfflineAudioContext""",
        {},
    ),
    "agent": ("navigator.userAgent + navigator.language + navigator.onLine + innerWidth + devicePixelRatio", {}),
    "gl_drawing": (
        GL + "gl.clear(gl.COLOR_BUFFER_BIT); gl.getExtension('OES_texture_float')",
        {},
    ),
}


def test_every_technique_is_counted_and_nothing_else(web, visit):
    frames, expected = [], {}
    for place, (name, (script, counts)) in enumerate(TECHNIQUES.items()):
        host = OTHER if place % 2 else SITE
        url = web.serve(f"{host}/{name}", f"<body><p>text</p><script>{script}</script>")
        frames.append(f"<iframe src={url}></iframe>")
        expected |= {(api, url, Phase.BEFORE_CHOICE): count for api, count in counts.items()}
    web.serve(f"{OTHER}/landed", "<p>landed")
    web.serve(f"{SITE}/landed", "<p>landed")
    found = visit(web.serve(f"{SITE}/", "".join(frames))).visit
    assert {(call.api, call.script, call.phase): call.count for call in found.api_calls} == expected
    assert found.coverage.collectors["api_calls"] == "ok"
    assert "script API calls in workers" in found.coverage.not_observable


def test_the_script_on_top_of_the_stack_is_named(web, visit):
    read = "document.createElement('canvas').toDataURL()"
    tag = web.serve(
        f"{OTHER}/tag.js", f"{read}; window.shared = () => {read}; setTimeout(() => {read}, 20)", kind="text/javascript"
    )
    caller = web.serve(
        f"{SITE}/caller.js", "shared(); eval(\"document.createElement('canvas').toDataURL()\")", kind="text/javascript"
    )
    module = web.serve(f"{SITE}/module.js?v=1", "", kind="text/javascript")
    web.serve(f"{SITE}/module.js", read, kind="text/javascript")
    maker = web.serve(
        f"{OTHER}/maker.js",
        f"""const made_here = URL.createObjectURL(new Blob(["{read}"]));
        for (const u of [made_here, "data:text/javascript,{read};'https://a.org/x:1:1'"]) {{
        const made = document.createElement('script'); made.src = u; document.head.append(made) }}
        eval("{read}\\n//# sourceURL=https://innocent.org/tag.js");
        const page = "<script>{read}</scr" + "ipt>";
        for (const [name, value] of [['srcdoc', page], ['src', 'data:text/html,' + page],
          ['src', URL.createObjectURL(new Blob([page], {{type: 'text/html'}}))]]) {{
        const f = document.createElement('iframe'); f[name] = value; document.documentElement.append(f) }}""",
        kind="text/javascript",
    )
    url = web.serve(
        f"{SITE}/",
        f"""<script src={tag}></script><script src={caller}></script><script type=module src={module}></script>
        <script src={maker}></script>
        <script>new Function("{read}")(); [0].forEach(() => {read});
        setTimeout("{read}");
        const blob = document.createElement('script'); blob.src = URL.createObjectURL(new Blob(["{read}"]));
        document.head.append(blob)</script>
        <iframe srcdoc="<script>{read}</script>"></iframe>""",
    )
    found = visit(url).visit
    assert Counter({(c.api, c.script): c.count for c in found.api_calls}) == {
        ("canvas.toDataURL", tag): 3,
        ("canvas.toDataURL", caller): 1,
        ("canvas.toDataURL", module): 1,
        ("canvas.toDataURL", maker): 5,
        ("canvas.toDataURL", url): 6,  # Who claims to be another script is not believed; its document is named.
    }


def test_functions_of_a_frame_that_was_taken_away(web, visit):
    kept = web.serve(
        f"{OTHER}/kept.js",
        """const lent = document.createElement('iframe'); document.documentElement.append(lent);
        const read = lent.contentWindow.HTMLCanvasElement.prototype.toDataURL;
        const canvas = document.createElement('canvas');
        read.call(canvas); lent.remove(); read.call(canvas); read.call(canvas)""",
        kind="text/javascript",
    )
    found = visit(web.serve(f"{SITE}/", f"<script src={kept}></script>")).visit
    assert [(c.api, c.script) for c in found.api_calls] == [("canvas.toDataURL", kept)]
    assert sum(c.count for c in found.api_calls) == 3


def test_webgl_in_the_page_itself(web, visit):
    script, counts = TECHNIQUES["webgl"]
    url = web.serve(f"{SITE}/", f"<script>{script.replace(GL, GL.replace('webgl', 'webgl2'))}</script>")
    assert {call.api: call.count for call in visit(url).visit.api_calls} == counts


def test_calls_belong_to_their_phase(web, visit):
    web.banner = b""
    url = web.serve(
        f"{SITE}/",
        """<div id="cookie-banner" style="position:fixed;bottom:0;left:0;right:0;background:#fff;padding:20px">
        <p>We use cookies for statistics.</p><button id=yes>Accept all</button><button>Reject all</button></div>
        <script>const read = () => document.createElement('canvas').toDataURL();
        read(); if (document.cookie.includes('ok=1')) { document.getElementById('cookie-banner').remove(); read() }
        yes.addEventListener('mousedown', read); yes.addEventListener('click', () => { read(); read();
        document.cookie = 'ok=1'; document.getElementById('cookie-banner').remove() })</script>""",
    )
    found = visit(url, Scenario.ACCEPT_ALL).visit
    assert {(c.api, c.phase): c.count for c in found.api_calls} == {
        ("canvas.toDataURL", Phase.BEFORE_CHOICE): 2,
        ("canvas.toDataURL", Phase.AFTER_ACCEPT): 4,
    }


# A page that looks for tampering: the same probe in a bare browser must see the same.
PROBE = r"""
const out = {};
const say = (name, work) => { let seen; try { seen = String(work()) } catch (e) {
  seen = `${e.name}: ${e.message} ${String(e.stack).split('\n').slice(1).map((l) => l.trim()).join(' | ')} ` +
    Object.getOwnPropertyNames(e) } out[name] = seen };
const places = [['HTMLCanvasElement', 'toDataURL'], ['CanvasRenderingContext2D', 'measureText'],
  ['Navigator', 'plugins'],
  ['WebGLRenderingContext', 'getParameter'], ['EventTarget', 'addEventListener'], ['MutationObserver', 'observe'],
  ['Document', 'cookie'], ['Storage', 'setItem'], ['Function', 'toString'],
  ['Screen', 'width'], ['HTMLElement', 'offsetWidth'],
  ['ServiceWorkerContainer', 'register'],
  ['Permissions', 'query'], ['HTMLElement', 'oninput'], ['AudioBuffer', 'getChannelData'], ['Element', 'innerHTML']];
const other = document.body.appendChild(document.createElement('iframe')).contentWindow;
for (const [type, name] of places) {
  const owner = window[type].prototype, found = Object.getOwnPropertyDescriptor(owner, name);
  say(`${type} names`, () => Reflect.ownKeys(owner).map(String));
  for (const part of ['value', 'get', 'set']) {
    const f = found[part]; if (typeof f !== 'function') continue;
    const at = `${type}.${name} ${part}`;
    say(`${at} flags`, () => [found.configurable, found.enumerable, found.writable, f.name, f.length,
      Reflect.ownKeys(f)]);
    say(`${at} text`, () => [f.toString(), f + '', Function.prototype.toString.call(f), f.toString.toString()]);
    say(`${at} text elsewhere`, () => other.Function.prototype.toString.call(f));
    say(`${at} theirs`, () => Function.prototype.toString.call(
      Object.getOwnPropertyDescriptor(other[type].prototype, name)[part]) === f.toString());
    say(`${at} prototype`, () => [Object.getPrototypeOf(f) === Function.prototype, 'prototype' in f,
      f instanceof Function]);
    say(`${at} on nothing`, () => f.call({}));
    say(`${at} bare`, () => f.call());
    say(`${at} applied`, () => Reflect.apply(f, null, []));
    say(`${at} class`, () => { class X extends f {} });
    say(`${at} new`, () => new f());
    say(`${at} instanceof`, () => ({}) instanceof f);
    say(`${at} heir`, () => Object.create(f).toString());
    say(`${at} arguments`, () => f.arguments);
    say(`${at} caller`, () => f.caller);
    say(`${at} clone`, () => structuredClone(f));
    say(`${at} circle`, () => Object.setPrototypeOf(f, Object.create(f)));
    say(`${at} circle at itself`, () => { f.__proto__ = f });
    say(`${at} quiet circle`, () => Reflect.setPrototypeOf(f, Object.create(f)));
    say(`${at} other prototype`, () => { const old = Object.getPrototypeOf(f); Object.setPrototypeOf(f, null);
      const seen = Object.getPrototypeOf(f); Object.setPrototypeOf(f, old); return [seen, f.toString()] });
    say(`${at} json`, () => JSON.stringify({ f }) + Object.prototype.toString.call(f) + typeof f);
  }
}
say('canvas equals', () => document.createElement('canvas').toDataURL === HTMLCanvasElement.prototype.toDataURL);
say('tainted', () => navigator.plugins[0].name + RegExp.$1 + RegExp.lastMatch);
say('limit', () => Object.getOwnPropertyNames(Error) + Error.stackTraceLimit);
Error.stackTraceLimit = 3;
say('own limit', () => { document.createElement('canvas').toDataURL(); return Error.stackTraceLimit });
let woken = 0;
Object.defineProperty(Error, 'stackTraceLimit', { configurable: true, get() { woken++ }, set() { woken++ } });
Object.defineProperty(Error, 'prepareStackTrace', { configurable: true, get() { woken++ }, set() { woken++ } });
document.createElement('canvas').toDataURL(); navigator.plugins;
say('woken', () => woken);
delete Error.prepareStackTrace; delete Error.stackTraceLimit; Error.stackTraceLimit = 10;
for (const type of [String, Array, RegExp, Map, WeakMap])
for (const name of Object.getOwnPropertyNames(type.prototype)) {
  const found = Object.getOwnPropertyDescriptor(type.prototype, name);
  if (typeof found.value !== 'function' || name === 'constructor') continue;
  const native = found.value; let quiet = true; setTimeout(() => { quiet = true });
  type.prototype[name] = function (...rest) { if (!quiet) woken++; return native.apply(this, rest) };
  queueMicrotask(() => {}); quiet = false;
  document.createElement('canvas').getContext('2d').measureText('x'); document.addEventListener('keydown', () => {});
  quiet = true; type.prototype[name] = native;
}
say('woken by then', () => woken);
fetch('/seen', { method: 'POST', body: JSON.stringify(out) });
"""


def test_a_page_that_looks_for_tampering_sees_none(web, visit, browsers, run):
    told = []

    def take(handler):
        told.append(json.loads(handler.body))
        handler.send_response(204)
        handler.end_headers()

    url = web.serve(f"{SITE}/", f"<body><script>{PROBE}</script>")
    web.serve(f"{SITE}/seen", act=take)

    async def bare():
        from crawler.config import CrawlConfig

        async with browsers.context(CrawlConfig(), ignore_certificate_errors=True) as context:
            page = await context.new_page()
            async with page.expect_request("**/seen"):
                await page.goto(url)

    run(bare())
    visit(url)
    bare_seen, seen = told
    assert len(seen) > 300
    assert {name: (seen[name], truth) for name, truth in bare_seen.items() if seen[name] != truth} == {}


def test_hostile_globals_do_not_blind_the_count(web, visit):
    url = web.serve(
        f"{SITE}/",
        "<script>Object.prototype.get = Object.prototype.value = Object.prototype.subtree = () => 1;"
        "Array.prototype[Symbol.iterator] = String.prototype.indexOf = WeakMap.prototype.get = () => { throw 1 };"
        "Error.prepareStackTrace = () => 'nothing'; Object.freeze(Error); window.setTimeout = () => 0;"
        "Reflect.apply = Reflect.defineProperty = Error.captureStackTrace = () => { throw 2 }</script>"
        f"<script>{CANVAS} canvas.toDataURL(); document.addEventListener('keydown', () => {{}});"
        "new MutationObserver(() => {}).observe(document, { childList: true });"
        "try { canvas.toDataURL.call({}) } catch {}"
        "document.open(); document.write('<p>new'); document.close(); canvas.toDataURL()</script>",
    )
    found = visit(url).visit
    assert {c.api: (c.count, c.script) for c in found.api_calls} == {
        "canvas.toDataURL": (2, url),
        "addEventListener:keydown@document": (1, url),
    }

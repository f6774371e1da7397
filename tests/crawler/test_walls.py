"""Telling bot walls and challenges from pages that let visitors in, by what they show."""

from __future__ import annotations

import pytest

from crawler.walls import Shown, Wall, wall

CONTACT = (
    "<form><input name=name><input type=email><textarea></textarea><div class='g-recaptcha' data-sitekey=x></div>"
    "</form><script src='https://www.google.com/recaptcha/api.js'></script>"
)
NOTICE = "This site is protected by reCAPTCHA and the Google Privacy Policy and Terms of Service apply."


def shown(**parts):
    return Shown(**{"status": 200, "headers": {}, "title": "", "text": "", "markup": "", **parts})


WALLS = [
    (
        "Cloudflare challenge",
        True,
        {"status": 403, "headers": {"cf-mitigated": "challenge"}, "title": "Just a moment..."},
    ),
    ("Cloudflare challenge", True, {"status": 503, "title": "Just a moment...", "text": "Checking your browser"}),
    ("Cloudflare challenge", True, {"status": 403, "title": "Nur einen Moment…", "text": "www.vendor.de"}),
    ("Cloudflare challenge", True, {"status": 403, "title": "Un instant…"}),
    ("Cloudflare challenge", True, {"status": 403, "title": "Jeszcze chwila..."}),
    ("Cloudflare challenge", True, {"status": 403, "title": "しばらくお待ちください..."}),
    ("Cloudflare challenge", True, {"markup": "<script>window._cf_chl_opt = {cvId: '3'}</script>"}),
    (
        "Cloudflare challenge",
        True,
        {"markup": "<script src='/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1?ray=1'>"},
    ),
    ("Cloudflare challenge", True, {"markup": "<form id='challenge-form' action='/?__cf_chl_f_tk=1'>", "status": 503}),
    ("Cloudflare block", False, {"status": 403, "title": "Attention Required! | Cloudflare"}),
    (
        "Cloudflare block",
        False,
        {"status": 403, "title": "Access denied | shop.com used Cloudflare to restrict access"},
    ),
    (
        "Cloudflare block",
        False,
        {"status": 429, "text": "Error 1015 You are being rate limited", "markup": "<div id='cf-error-details'>"},
    ),
    ("AWS WAF challenge", True, {"status": 202, "headers": {"x-amzn-waf-action": "challenge"}}),
    ("AWS WAF challenge", True, {"markup": "<script>window.gokuProps = {}</script>", "status": 202}),
    (
        "AWS WAF CAPTCHA",
        False,
        {"status": 405, "headers": {"x-amzn-waf-action": "captcha"}, "title": "Human Verification"},
    ),
    (
        "CloudFront block",
        False,
        {
            "status": 403,
            "title": "ERROR: The request could not be satisfied",
            "text": "403 ERROR Request blocked. We can't connect to the server",
        },
    ),
    ("DataDome challenge", True, {"status": 403, "headers": {"x-datadome": "protected"}, "title": "vendor.com"}),
    ("DataDome challenge", True, {"markup": "<script src='https://ct.captcha-delivery.com/c.js'>", "status": 403}),
    ("DataDome challenge", True, {"markup": "<iframe src='https://geo.captcha-delivery.com/captcha/?initialCid=1'>"}),
    ("PerimeterX challenge", False, {"status": 403, "title": "Access to this page has been denied."}),
    ("PerimeterX challenge", False, {"markup": "<div id='px-captcha'></div>"}),
    ("PerimeterX challenge", False, {"text": "Press & Hold to confirm you are a human (and not a bot)."}),
    ("Imperva challenge", True, {"markup": "<iframe src='/_Incapsula_Resource?SWUDNSAI=31&xinfo=1&incident_id=7'>"}),
    ("Imperva challenge", True, {"text": "Request unsuccessful. Incapsula incident ID: 1234-5678"}),
    ("Imperva challenge", True, {"title": "Pardon Our Interruption"}),
    ("Akamai challenge", True, {"markup": "<div id='sec-if-cpt-container'>", "status": 428}),
    ("Akamai challenge", True, {"markup": "<meta http-equiv=refresh content=\"5; URL='/?bm-verify=AAQAAA'\">"}),
    (
        "Akamai block",
        False,
        {
            "status": 403,
            "title": "Access Denied",
            "text": 'You don\'t have permission to access "http://www.a.com/" on this server. Reference #18.1a2b.17',
        },
    ),
    (
        "Kasada challenge",
        True,
        {
            "status": 429,
            "markup": "<script src='/149e9513-01fa-4fb0-aad4-566afd725d1b/"
            "2d206a39-8ed7-437e-a3be-862e0f06eea3/ips.js?tkrm_alpekz=1'>",
        },
    ),
    ("Sucuri challenge", True, {"title": "You are being redirected...", "markup": "<script>sucuri_cloudproxy_js=''"}),
    ("Sucuri block", False, {"status": 403, "title": "Sucuri WebSite Firewall - Access Denied"}),
    ("Radware challenge", True, {"title": "Radware Captcha Page"}),
    ("Radware challenge", True, {"url": "https://validate.perfdrive.com/?ssa=1"}),
    (
        "F5 block",
        False,
        {
            "title": "Request Rejected",
            "text": "The requested URL was rejected. Please consult with your "
            "administrator. Your support ID is: 1234567890",
        },
    ),
    (
        "F5 challenge",
        True,
        {
            "markup": "<noscript>Please enable JavaScript to view the page content.<br/>Your support ID "
            "is: 123.</noscript><script src='/TSPD/08x?type=7'>"
        },
    ),
    ("Fastly challenge", True, {"title": "Client Challenge", "text": "JavaScript is disabled in your browser."}),
    ("Vercel challenge", True, {"status": 429, "title": "Vercel Security Checkpoint"}),
    ("Vercel challenge", True, {"status": 429, "headers": {"x-vercel-mitigated": "challenge"}}),
    ("Google traffic check", False, {"status": 429, "url": "https://www.google.com/sorry/index?continue=x"}),
    ("Google traffic check", False, {"text": "Our systems have detected unusual traffic from your computer network."}),
    ("Reblaze challenge", True, {"markup": "<script>window.rbzns = {'bereshit': '1'}</script>"}),
    ("Queue-it waiting room", False, {"url": "https://vendor.queue-it.net/?c=vendor&e=sale", "title": "Sale"}),
    ("Queue-it waiting room", False, {"markup": "<body data-pageid='queue'>", "text": "You are now in line"}),
    (
        "waiting room",
        True,
        {"title": "Waiting Room powered by Cloudflare", "text": "You are now in line. Estimated wait time"},
    ),
    (
        "DDoS-Guard challenge",
        True,
        {"status": 403, "title": "DDoS-Guard", "text": "Checking your browser before accessing"},
    ),
    ("Qrator challenge", True, {"status": 401, "markup": "<script src='/__qrator/qauth.js'>"}),
    ("Anubis challenge", True, {"title": "Making sure you're not a bot!", "text": "Loading..."}),
    (
        "Anubis challenge",
        True,
        {
            "title": "Ich prüfe, ob du kein Bot bist!",
            "text": "x" * 2000,
            "markup": "<script id='anubis_challenge' type='application/json'>",
        },
    ),
    ("SiteGround challenge", True, {"markup": "<meta http-equiv=refresh content='0;/.well-known/sgcaptcha/?r=%2F'>"}),
    ("Wordfence block", False, {"status": 503, "text": "Your access to this site has been limited by the site owner"}),
    (
        "FortiWeb block",
        False,
        {"status": 200, "text": "Web Page Blocked! The page cannot be displayed. Attack ID: 20000051"},
    ),
    (
        "Amazon CAPTCHA",
        False,
        {"text": "Enter the characters you see below. Sorry, we just need to make sure you're not a robot."},
    ),
    ("region block", False, {"status": 200, "title": "451: Unavailable due to legal reasons"}),
    ("region block", False, {"text": "We are sorry. This website is currently unavailable in your region."}),
    ("region block", False, {"text": "Dieser Inhalt ist in Ihrem Land nicht verfügbar."}),
    ("CAPTCHA", False, {"title": "Verify", "text": "I am not a robot", "markup": "<div class='g-recaptcha'>"}),
    (
        "CAPTCHA",
        False,
        {"text": "Please complete the security check", "markup": "<div class='h-captcha'>", "fields": 1},
    ),
    ("CAPTCHA", False, {"title": "Captcha"}),
    ("bot wall", True, {"title": "Checking your browser before accessing vendor.com"}),
    ("bot wall", True, {"text": "Enable JavaScript and cookies to continue"}),
    ("bot wall", True, {"text": "www.a.de Wir überprüfen Ihren Browser, bevor Sie weitergeleitet werden."}),
    ("bot wall", True, {"text": "Vérification de votre navigateur avant d'accéder au site"}),
    ("bot wall", True, {"text": "Controleren of u een mens bent. Dit kan enkele seconden duren."}),
    ("bot wall", True, {"title": "Human verification"}),
    ("access denied", False, {"title": "Access Denied", "text": "No."}),
    ("access denied", False, {"title": "Zugriff verweigert", "text": "Fehler 15"}),
    ("answered with status 403", False, {"status": 403, "title": "Forbidden"}),
    ("answered with status 429", False, {"status": 429}),
    ("answered with status 451", False, {"status": 451, "text": "long words " * 500}),
]


@pytest.mark.parametrize(("name", "waits", "parts"), WALLS)
def test_walls(name, waits, parts):
    assert wall(shown(**parts)) == Wall(name=name, waits=waits, known=not name.startswith("answered with"))


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"title": "Home", "text": "hi", "headers": {"x-datadome": "protected"}},
        {
            "title": "Home",
            "text": "hi",
            "headers": {"server": "cloudflare", "cf-ray": "1", "x-iinfo": "1", "x-sucuri-id": "1"},
        },
        {"title": "Home", "headers": {"x-amzn-waf-action": "allow"}},
        {"title": "Contact us", "text": f"Contact us. Name, mail, message. {NOTICE}", "markup": CONTACT, "fields": 3},
        {"title": "Contact", "text": f"Write to us. {NOTICE}", "markup": "<div class='g-recaptcha'>", "links": 2},
        {"title": "Sign in", "text": f"Sign in to continue {NOTICE}", "markup": CONTACT, "fields": 1, "links": 2},
        {"title": "Log in", "text": "I am not a robot", "markup": "<div class='h-captcha'>", "fields": 3},
        {"title": "Sign up", "text": "Verify you are human", "markup": "<div class='cf-turnstile'>", "fields": 2},
        {"title": "What is a CAPTCHA?", "text": "A CAPTCHA tells if you are human. " * 40, "links": 30},
        {"title": "News", "text": "The court said access denied. Access is denied to all. " * 4, "links": 9},
        {"title": "Access denied: a history of doors", "text": "Access denied."},
        {"title": "Security check of your home", "text": "we sell locks " * 20},
        {"title": "Just a moment in time", "text": "A film."},
        {"title": "Un momento", "text": "Ristorante"},
        {"title": "Coding", "text": "Solve it", "markup": "<form id='challenge-form'><textarea>", "fields": 1},
        {
            "title": "Shop",
            "text": "hi",
            "markup": "<script src='https://static.queue-it.net/script/queueclient.min.js'>",
        },
        {
            "title": "Shop",
            "text": "hi",
            "markup": "<script src='/_Incapsula_Resource?SWJIYLWA=719d34d31c8e3a6e6fffd425f7e032f3'>",
        },
        {"title": "Shop", "text": "hi", "markup": "<script src='https://x.token.awswaf.com/x/challenge.js'>"},
        {"title": "Shop", "text": "hi", "markup": "<script src='https://js.datadome.co/tags.js'>"},
        {
            "title": "Shop",
            "text": "hi",
            "markup": "<script src='/TSPD/08x?type=9'></script><script>window['bobcmn'] = 1",
        },
        {"title": "Shop", "text": "hi", "markup": "<script src='https://client.px-cloud.net/PX1/main.min.js'>"},
        {
            "title": "Shop",
            "text": "hi",
            "markup": "<script src='/149e9513-01fa-4fb0-aad4-566afd725d1b/2d206a39-8ed7-437e-a3be-862e0f06eea3/p.js'>",
        },
        {"title": "Shop", "text": "hi", "markup": "<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'>"},
        {"status": 503, "title": "We'll be back soon", "text": "Down for maintenance. Please check back later."},
        {"status": 503, "title": "503 Service Unavailable"},
        {"status": 500, "title": "Error", "text": "Something went wrong"},
        {"status": 404, "title": "Not found", "text": "This page is not available"},
        {"status": 401, "title": "401 Authorization Required", "headers": {"www-authenticate": "Basic"}},
        {"title": "Reference", "text": "Reference #12 for our product. You do have permission to access it."},
        {
            "title": "Blog",
            "text": "How DDoS protection by the network works, and checking your browser. " * 30,
            "links": 40,
        },
    ],
)
def test_pages_that_let_visitors_in(parts):
    assert wall(shown(**parts)) is None


def test_a_long_page_is_judged_in_time():
    page = shown(title="a" * 500, text="verify " * 500, markup="<div id=challenge- cdn-cgi window.rbzns " * 5_000)
    assert wall(page) is None

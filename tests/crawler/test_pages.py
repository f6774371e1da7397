"""Choosing the pages of a site: by role in many languages, never a link that does something, variants once."""

from __future__ import annotations

import random

import pytest

from crawler.pages import pages_to_visit

HOME = "https://www.vendor.com/"

SITES = {
    "en": (
        HOME,
        "/|Home; /features|Features; /pricing|See pricing; /about-us|About; /contact-sales|Contact sales; "
        "https://app.vendor.com/login|Log in; /blog|Blog; /blog/how-we-price-plans|How we changed our pricing; "
        "/terms|Terms; /privacy-policy|Privacy; /signup|Start free trial",
        "/pricing /contact-sales https://app.vendor.com/login /blog",
    ),
    "en, product site without prices": (
        HOME,
        "/products/phones|Phones; /products|Products; /support|Support; /my-account|My account; /newsroom|Newsroom",
        "/products /support /my-account /newsroom",
    ),
    "nl": (
        "https://www.bedrijf.nl/",
        "/prijzen|Prijzen; /over-ons|Over ons; /contact|Contact opnemen; /mijn-account/|Mijn account; "
        "/inloggen|Inloggen; /nieuws|Nieuws; /algemene-voorwaarden|Voorwaarden; /winkelwagen|Winkelwagen",
        "/prijzen /contact /inloggen /nieuws",
    ),
    "de": (
        "https://www.firma.de/",
        "/preise-und-tarife|Preise & Tarife; /kontaktformular.html|Kontakt; "
        "https://kundenportal.firma.de/|Kundenportal; "
        "/abmelden|Abmelden; /aktuelles/|Aktuelles; /aktuelles/neue-preise-2026|Neue Preise; /impressum|Impressum; "
        "/datenschutzerklaerung|Datenschutz; /warenkorb|Warenkorb (0)",
        "/preise-und-tarife /kontaktformular.html https://kundenportal.firma.de/ /aktuelles/",
    ),
    "fr": (
        "https://www.societe.fr/",
        "/nos-tarifs|Tarifs; /nous-contacter|Nous contacter; /connexion|Se connecter; /deconnexion|Déconnexion; "
        "/actualites|Actualités; /mentions-legales|Mentions légales; /panier|Panier; /telechargements|Télécharger",
        "/nos-tarifs /nous-contacter /connexion /actualites",
    ),
    "es": (
        "https://www.empresa.es/",
        "/precios/|Planes y precios; /contacto|Contáctanos; /area-clientes|Área de clientes; "
        "/cerrar-sesion|Cerrar sesión; "
        "/noticias|Noticias; /aviso-legal|Aviso legal; /carrito|Carrito; /darse-de-baja|Darse de baja",
        "/precios/ /contacto /area-clientes /noticias",
    ),
    "it": (
        "https://www.azienda.it/",
        "/prezzi|Prezzi; /contatti|Contattaci; /accedi|Accedi; /esci|Esci; /novità|Novità; /carrello|Carrello; "
        "/informativa-privacy|Informativa",
        "/prezzi /contatti /accedi /novit%C3%A0",
    ),
    "pl": (
        "https://www.firma.pl/",
        "/cennik|Cennik; /kontakt|Kontakt; /logowanie|Zaloguj się; /wyloguj|Wyloguj; /aktualnosci|Aktualności; "
        "/regulamin|Regulamin; /koszyk|Koszyk; /oferta|Oferta",
        "/cennik /kontakt /logowanie /aktualnosci",
    ),
    "sv": (
        "https://www.bolag.se/",
        "/priser|Priser; /kontakta-oss|Kontakta oss; /logga-in|Logga in; /logga-ut|Logga ut; /nyheter|Nyheter; "
        "/integritetspolicy|Integritet; /varukorg|Varukorg",
        "/priser /kontakta-oss /logga-in /nyheter",
    ),
    "da": (
        "https://www.firma.dk/",
        "/priser|Priser; /kontakt|Kontakt os; /log-ind|Log ind; /log-ud|Log ud; /nyheder|Nyheder; /kurv|Kurv; "
        "/privatlivspolitik|Privatliv",
        "/priser /kontakt /log-ind /nyheder",
    ),
    "no": (
        "https://www.firma.no/",
        "/priser|Priser; /kontakt-oss|Kontakt oss; /min-side|Min side; /logg-ut|Logg ut; /aktuelt|Aktuelt; "
        "/handlekurv|Handlekurv; /personvern|Personvern",
        "/priser /kontakt-oss /min-side /aktuelt",
    ),
    "fi": (
        "https://www.yritys.fi/",
        "/hinnasto|Hinnasto; /yhteystiedot|Ota yhteyttä; /kirjaudu|Kirjaudu sisään; /kirjaudu-ulos|Kirjaudu ulos; "
        "/ajankohtaista|Ajankohtaista; /tietosuojaseloste|Tietosuoja; /ostoskori|Ostoskori",
        "/hinnasto /yhteystiedot /kirjaudu /ajankohtaista",
    ),
    "pt": (
        "https://www.empresa.pt/",
        "/precos|Preços; /fale-connosco|Fale connosco; /area-de-cliente|Área de cliente; /sair|Sair; "
        "/noticias|Notícias; /politica-de-privacidade|Privacidade; /carrinho|Carrinho",
        "/precos /fale-connosco /area-de-cliente /noticias",
    ),
    "cs": (
        "https://www.firma.cz/",
        "/cenik|Ceník; /kontakty|Kontakty; /prihlaseni|Přihlásit se; /odhlasit|Odhlásit; /novinky|Novinky; "
        "/obchodni-podminky|Obchodní podmínky; /kosik|Košík",
        "/cenik /kontakty /prihlaseni /novinky",
    ),
    "ru": (
        "https://www.firma.ru/",
        "/tseny|Цены; /kontakty|Контакты; /lk|Личный кабинет; /logout|Выход; /novosti|Новости; /korzina|Корзина",
        "/tseny /kontakty /lk /novosti",
    ),
    "ja": (
        "https://www.kaisha.jp/",
        "/price|料金プラン; /inquiry|お問い合わせ; /login|ログイン; /logout|ログアウト; /info|お知らせ; /cart|カート",
        "/price /inquiry /login /info",
    ),
    "texts without telling addresses": (
        HOME,
        "/p/12|Pricing; /p/13|Contact us; /p/14|Sign in; /p/15|Blog; /p/16|Sign out; /p/17|Delete my account",
        "/p/12 /p/13 /p/14 /p/15",
    ),
    "addresses without texts": (
        HOME,
        "/en/pricing.aspx|; /SignIn|; /ContactUs.php|; /blog/|; /signout|; /user/logoff|",
        "/en/pricing.aspx /ContactUs.php /SignIn /blog/",
    ),
    "subdomains": (
        HOME,
        "https://pricing.vendor.com/|Plans; https://support.vendor.com/contact|Contact support; "
        "https://portal.vendor.com|Portal; https://blog.vendor.com/|Our blog; https://blog.vendor.com/post|Login news; "
        "https://vendor.com.evil.org/pricing|Pricing; https://othervendor.com/contact|Contact",
        "https://pricing.vendor.com/ https://support.vendor.com/contact https://portal.vendor.com/ https://blog.vendor.com/",
    ),
    "a one-page site": (
        "https://app.vendor.com/#/",
        "#/|Home; #/pricing|Pricing; #/contact|Contact; #!/login|Login; #section|Jump; #|Top",
        "https://app.vendor.com/#/pricing https://app.vendor.com/#/contact https://app.vendor.com/#!/login",
    ),
}


def pairs(links):
    return [tuple(part.strip() for part in link.split("|")) for link in links.split("; ")]


def absolute(home, pages):
    base = home.partition("#")[0].rstrip("/")
    return tuple(page if page.startswith("http") else f"{base}{page}" for page in pages.split())


@pytest.mark.parametrize("name", SITES)
def test_roles_in_many_languages(name):
    home, links, expected = SITES[name]
    expected = absolute(home, expected)
    links = [(url.replace("à", "%C3%A0"), text) for url, text in pairs(links)]
    assert pages_to_visit(links, home, len(expected)) == expected
    shuffled = list(links)
    random.Random(7).shuffle(shuffled)
    assert pages_to_visit(shuffled, home, len(expected)) == expected


@pytest.mark.parametrize(
    "link",
    [
        "/logout|Bye", "/account?action=logout|", "/shop?add-to-cart=12|Buy", "/cart/add/12|Add to cart",
        "/item/1/delete|x", "/newsletter/unsubscribe?u=1|", "/files/report.PDF|Report", "/download|Get it",
        "/x|Log out", "/x|Déconnexion", "/x|Abmelden", "/x|Wyloguj się", "/x|ログアウト", "/x|In den Warenkorb",
        "/?cookies=accept|OK", "/?consent=all|Fine", "/accept-cookies|OK", "/?gdpr-accept=1|", "/x|Accept all",
        "/blog?page=2|2", "/blog/page/3/|3", "/reset-password|Reset", "mailto:a@vendor.com|Mail", "tel:+44|Call",
        "javascript:void(0)|Menu", "data:text/html,x|x", "//[|broken", "https://elsewhere.org/pricing|Pricing",
        "/feed.xml|RSS", "/app.apk|App", "/#top|Top", "?|Here", "/index.html|Home", "http://vendor.com/|Home",
        "/de/|Deutsch", "/en-GB|English", "/?lang=fr|Français", "https://de.vendor.com/|Deutsch",
        "/?utm_source=nav|Home", "/privacy|Privacy", "/legal/terms-of-use|Terms", "/datenschutz|Datenschutz",
        "/" + "x" * 3000 + "|Long",
    ],
)  # fmt: skip
def test_links_that_are_never_followed(link):
    assert pages_to_visit(pairs(link), HOME, 5) == ()


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ("/pricing?utm_source=nav&utm_medium=x|Pricing; /pricing|Pricing; /pricing#faq|Pricing", "/pricing"),
        ("/pricing?gclid=1|Pricing", "/pricing"),
        ("/list?b=2&a=1|Products; /list?a=1&b=2|Products", "/list?a=1&b=2"),
        ("http://vendor.com/pricing|Pricing; https://www.vendor.com/pricing/|Pricing", "/pricing/"),
        ("/de/pricing|Preise; /pricing|Pricing; /fr/pricing|Tarifs", "/pricing"),
        ("/pricing?lang=de|Preise; /pricing|Pricing", "/pricing"),
        ("/pricing;jsessionid=AB12?x=1|Pricing; /pricing?x=1|Pricing", "/pricing?x=1"),
        ("/de/preise|Preise; /uk/pricing|Pricing; /pricing|Pricing", "/pricing /de/preise"),
        ("/Pricing/index.html|Pricing; /Pricing/|Pricing", "/Pricing/"),
        ("https://user:secret@www.vendor.com:443/pricing|Pricing", "/pricing"),
    ],
)
def test_variants_of_a_page_count_once(links, expected):
    assert pages_to_visit(pairs(links), HOME, 5) == absolute(HOME, expected)
    assert pages_to_visit(reversed(pairs(links)), HOME, 5) == absolute(HOME, expected)


def test_the_language_of_the_visit_goes_first():
    links = pairs(
        "/en/pricing|Pricing; /de/preise|Preise; /de/kontakt|Kontakt; /en/contact|Contact; /en/|English; /de/|De"
    )
    assert pages_to_visit(links, "https://www.vendor.com/de/", 2) == absolute(HOME, "/de/preise /de/kontakt")
    assert pages_to_visit(links, "https://www.vendor.com/en/", 2) == absolute(HOME, "/en/pricing /en/contact")


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ("/products|Products; /plans-and-pricing|See plans", "/plans-and-pricing"),
        ("/contactless-payments|Contactless payments; /support|Support", "/support /contactless-payments"),
        ("/a|A page about our new contact centre pricing models and plans; /pricing/enterprise|Enterprise",
         "/pricing/enterprise /a"),
        ("/demo|Demo; /contact|Contact form", "/contact /demo"),
        ("/register|Register; /customer/login|Customer login", "/customer/login /register"),
        ("/news/2026/contact-details-changed|Contact; /news|News; /zoo|Zoo", "/news /zoo"),
    ],
)  # fmt: skip
def test_the_clearer_link_wins(links, expected):
    assert pages_to_visit(pairs(links), HOME, 3)[: len(expected.split())] == absolute(HOME, expected)


def test_configured_pages_always_and_their_role_is_not_looked_for_again():
    links = pairs("/plans|Plans; /contact|Contact; /login|Log in")
    assert pages_to_visit(links, HOME, 2, ("/pricing",)) == absolute(HOME, "/pricing /contact")
    assert pages_to_visit(links, HOME, 1, ("/one", "/logout", "/privacy", "/")) == absolute(
        HOME, "/one /logout /privacy"
    )


def test_closed_pages_give_way():
    links = pairs("/pricing|Pricing; /plans|Plans; /contact|Contact")
    closed = {"https://www.vendor.com/pricing"}
    assert pages_to_visit(links, HOME, 2, (), closed) == absolute(HOME, "/plans /contact")


def test_hostile_link_sets_end_in_time():
    links = [(f"/p{n}?{'a=1&' * 10}", "log " * 50) for n in range(2_000)]
    assert len(pages_to_visit(links, HOME, 3)) == 3
    assert pages_to_visit([(f"/p{n}?{'a=1&' * 200}", "x") for n in range(2_000)], HOME, 3) == ()
    assert (
        pages_to_visit([("\x00/\ud800", "\ud800"), ("http://[::1/", ""), ("https://vendor.com:x/", "")], HOME, 3) == ()
    )
    assert pages_to_visit([("/pricing", "Pricing")], "about:blank", 3) == ()

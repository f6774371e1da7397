"""The choice on every shape of the banner web, judged by what the pages told the server."""

from __future__ import annotations

import pytest

from auditor.model import ChoiceOutcome, Wanted

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
SIDES = {"accept": Wanted.ACCEPT, "reject": Wanted.REJECT}


def expected(head: dict, side: str) -> list:
    outcome, truth, *proven = head[side]
    return [outcome, sorted(truth), *(proven or [True])] if outcome == "done" else [outcome, sorted(truth)]


@pytest.mark.parametrize(
    "group",
    ["first layer", "layers", "places", "time", "proof", "impossible", "hostile", "no banner", "libraries"],
)
def test_the_choice_is_made_on_the_right_side_and_proven(group, player, shapes):
    wanted = [
        (name + query, side, head)
        for name, head in shapes.items()
        for query in head.get("queries", [""])
        for side in SIDES
        if head["group"] == group
    ]
    played = player.play_all([(page, SIDES[side], bool(head.get("scroll"))) for page, side, head in wanted])
    got = {(page, side): one.result() for (page, side, _), one in zip(wanted, played, strict=True)}
    right = {(page, side): expected(head, side) for page, side, head in wanted}
    why = {(page, side): one.failures for (page, side, _), one in zip(wanted, played, strict=True)}
    assert got == right, {key: why[key] for key in right if got[key] != right[key]}


def test_every_shape_is_played(shapes):
    assert len(shapes) >= 130
    assert {head["group"] for head in shapes.values()} == {
        "first layer", "layers", "places", "time", "proof", "impossible", "hostile", "no banner", "libraries",
    }  # fmt: skip


def test_banner_facts_of_a_plain_banner(player):
    played = player.play("plain.html", Wanted.REJECT)
    banner = played.banner
    assert (banner.layers, banner.accept_clicks, banner.reject_clicks, banner.pre_ticked, banner.wall) == (
        1,
        1,
        1,
        0,
        False,
    )
    assert banner.language == "en"
    assert banner.text.startswith("We use cookies to measure how you use this website.")
    assert played.choice.clicks == ("Reject all",)
    assert played.choice.proof == ("banner_gone", "stays_away", "record:custom", "record_changed")


def test_a_tab_that_goes_from_site_to_site_changes_its_process_and_stays_seen(player):
    """Every renderer process numbers its worlds anew, so that the numbers of one site come again on the next."""
    assert [banner is not None for banner in player.tour("plain.html")] == [True, True, True, True]


def test_what_the_second_layer_shows_is_known_after_the_choice(player):
    played = player.play("settings_layer.html", Wanted.REJECT)
    assert (played.banner.layers, played.banner.reject_clicks) == (1, None)
    assert (played.known.layers, played.known.reject_clicks, played.known.pre_ticked) == (2, 4, 2)
    assert played.choice.method == "toggles"
    assert played.choice.clicks == ("Cookie settings", "Statistics cookies", "Marketing cookies", "Save my choices")


def test_an_ok_only_banner_is_acknowledged(player):
    played = player.play("ok_only.html", Wanted.ACCEPT)
    assert (played.choice.outcome, played.choice.method) == (ChoiceOutcome.DONE, "acknowledge")


def test_do_not_sell_is_an_opt_out(player):
    assert player.play("do_not_sell.html", Wanted.REJECT).choice.method == "opt_out"


def test_a_wall_covers_the_page(player):
    for page in ("wall.html", "wall_open_shadow.html", "wall_closed_shadow.html"):
        assert player.play(page, Wanted.REJECT).banner.wall is True, page
    assert player.play("locked_body.html", Wanted.REJECT).banner.wall is True


def test_a_choice_that_the_site_records_wrongly_is_contradicted(player):
    played = player.play("ignored_choice.html", Wanted.REJECT)
    assert played.choice.outcome is ChoiceOutcome.DONE
    assert played.choice.proof == ("banner_gone", "stays_away", "record_changed", "contradicted:custom")


def test_a_banner_that_comes_back_is_no_proof(player):
    played = player.play("comes_back.html", Wanted.REJECT)
    assert "stays_away" not in played.choice.proof
    assert played.failures["prove"] == "the banner came back after the reload"


def test_a_banner_that_only_goes_with_the_next_load_is_proven_by_that(player):
    played = player.play("stays_until_reload.html", Wanted.REJECT)
    assert (played.choice.outcome, played.choice.clicks) == (ChoiceOutcome.DONE, ("Reject all",))
    assert played.choice.proof == ("stays_away", "record:custom", "record_changed")


def test_how_both_choices_look(player):
    banner = player.play("looks.html", Wanted.REJECT).banner
    accept, reject = banner.prominence.accept, banner.prominence.reject
    assert (accept.text, accept.element, accept.layer, accept.box) == ("Accept all", "button", 1, (1000, 640, 200, 50))
    assert (accept.font_px, accept.font_weight, accept.bordered, accept.underlined) == (18, 700, False, False)
    assert (accept.contrast, accept.fill) == (5.14, 5.14)
    assert (reject.text, reject.element, reject.box) == ("Reject all", "a", (700, 655, 100, 20))
    assert (reject.font_px, reject.font_weight, reject.bordered, reject.underlined) == (12, 400, False, True)
    assert (reject.contrast, reject.fill) == (1.61, 1.0)
    assert banner.prominence.distance == 350
    assert (banner.covers, banner.scroll_locked, banner.pay_option, banner.switches) == (0.25, False, False, ())


def test_switches_and_the_refusal_of_the_second_layer(player):
    played = player.play("settings_layer.html", Wanted.REJECT)
    assert played.banner.prominence.reject is None
    assert [(s.label, s.layer, s.on, s.locked, s.essential) for s in played.known.switches] == [
        ("Strictly necessary", 2, True, True, True),
        ("Statistics cookies", 2, True, False, False),
        ("Marketing cookies", 2, True, False, False),
    ]
    refusal = player.play("settings_deny_all.html", Wanted.REJECT).known.prominence
    assert (refusal.accept.layer, refusal.reject.layer, refusal.distance) == (1, 2, None)


def test_paying_instead_of_accepting_is_told(player):
    played = player.play("accept_or_pay.html", Wanted.ACCEPT)
    assert (played.banner.pay_option, played.banner.wall) == (True, True)
    assert played.banner.covers >= 0.8

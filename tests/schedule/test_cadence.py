"""When a vendor is due: spans, cron lines, time zones, daylight saving, wrong clocks, changed configurations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.schedule.cadence import CRON_JITTER, cadence_of, check_cron
from crawler.schedule.plan import plan_of, retry_delay
from db.schedule import Ended, Schedule

LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
FIRST = datetime(2020, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 20 * 365 * 86_400).map(lambda second: FIRST + timedelta(seconds=second))


def cadence(text: str, vendor: str = "acme", zone: ZoneInfo = LONDON):
    return cadence_of(text, vendor=vendor, zone=zone)


@given(MOMENTS, st.sampled_from(["1h", "12h", "7d", "2w"]))
def test_spans_are_a_grid_of_real_time(moment, text):
    one = cadence(text)
    first = one.after(moment)
    assert moment < first <= moment + one.every
    assert one.after(first) - first == one.every
    assert one.after(first - timedelta(microseconds=1)) == first


@given(MOMENTS)
def test_after_a_crawl_at_least_a_quarter_and_at_most_one_and_a_quarter_passes(moment):
    one = cadence("7d")
    assert timedelta(days=1.75) < one.following(moment) - moment <= timedelta(days=8.75)


def test_vendors_are_spread_over_the_span_and_always_in_the_same_way():
    moment = datetime(2027, 1, 4, tzinfo=UTC)
    due = [cadence("7d", f"v{number}").after(moment) for number in range(1000)]
    per_day = [sum(at.weekday() == day for at in due) for day in range(7)]
    assert min(per_day) > 100
    assert due[0] == cadence("7d", "v0").after(moment)
    # The same on every machine and in every version.
    assert cadence("7d", "acme").after(moment) == datetime(2027, 1, 8, 21, 31, 12, tzinfo=UTC)


def test_cron_lines_are_read_in_the_schedules_zone_in_summer_and_winter():
    line = cadence("0 3 * * *", zone=NEW_YORK)
    assert timedelta(0) <= line.shift < CRON_JITTER
    for day, hour in ((datetime(2027, 1, 10, 12, tzinfo=UTC), 8), (datetime(2027, 7, 10, 12, tzinfo=UTC), 7)):
        assert line.after(day) - line.shift == day.replace(day=11, hour=hour)


@pytest.mark.parametrize(
    ("text", "before", "expected"),
    [
        # In spring the hour from 1 to 2 is left out in London: what falls into it is due right after it.
        ("30 1 * * *", datetime(2027, 3, 27, 12, tzinfo=UTC), datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        ("30 1 * * *", datetime(2027, 3, 28, 12, tzinfo=UTC), datetime(2027, 3, 29, 0, 30, tzinfo=UTC)),
        # In autumn it comes twice: it is due in the first of them only.
        ("30 1 * * *", datetime(2027, 10, 30, 12, tzinfo=UTC), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
        ("30 1 * * *", datetime(2027, 10, 31, 0, 45, tzinfo=UTC), datetime(2027, 11, 1, 1, 30, tzinfo=UTC)),
        ("@daily", datetime(2027, 7, 1, 12, tzinfo=UTC), datetime(2027, 7, 1, 23, 0, tzinfo=UTC)),
        ("0 6 1 * *", datetime(2027, 7, 1, 12, tzinfo=UTC), datetime(2027, 8, 1, 5, 0, tzinfo=UTC)),
    ],
)
def test_daylight_saving(text, before, expected):
    line = cadence(text)
    assert line.after(before + line.shift) - line.shift == expected


@pytest.mark.parametrize("line", ["0 0 31 2 *", "0 0 30 2 *"])
def test_lines_that_never_come_true_are_refused(line):
    with pytest.raises(ValueError, match="never comes true"):
        check_cron(line)


def test_the_longest_gap_of_a_cron_line():
    assert cadence("0 3 * * mon-fri", zone=ZoneInfo("UTC")).period(datetime(2027, 1, 4, tzinfo=UTC)) == timedelta(
        days=3
    )
    assert cadence("0 3 1 * *", zone=ZoneInfo("UTC")).period(datetime(2027, 1, 4, tzinfo=UTC)) == timedelta(days=31)


def test_failures_are_tried_again_later_and_later():
    assert [retry_delay(count) for count in (1, 2, 3, 4)] == [timedelta(hours=hours) for hours in (1, 2, 4, 8)]


NOW = datetime(2027, 1, 20, 12, tzinfo=UTC)


def place(sim, text: str | None, row: Schedule | None, timezone: str = "UTC"):
    plan = plan_of(sim.config(sim.vendor("acme", text), timezone=timezone))
    (found,) = plan.places({} if row is None else {"acme": row}, NOW)
    return found


def row(**changes) -> Schedule:
    known = {
        "vendor": "acme",
        "cadence": "7d",
        "period": timedelta(days=7),
        "due_at": NOW + timedelta(days=3),
        "started_at": NOW - timedelta(days=4),
        "ended_at": NOW - timedelta(days=4),
        "ended": Ended.OK,
    }
    return Schedule(**{**known, **changes})


def test_a_new_vendor_is_due_at_once(sim):
    assert place(sim, "7d", None).due_at == NOW


def test_a_vendor_without_a_cadence_is_never_due(sim):
    assert place(sim, None, None).due_at is None
    assert place(sim, None, row()).due_at is None


def test_what_is_planned_stays(sim):
    assert place(sim, "7d", row()).due_at == NOW + timedelta(days=3)


def test_a_changed_cadence_counts_from_the_last_crawl(sim):
    sooner = place(sim, "12h", row()).due_at
    assert sooner < NOW  # Four days without a visit are too many now: due at once.
    later = place(sim, "30d", row()).due_at
    assert later == cadence("30d").following(NOW - timedelta(days=4)) > NOW


def test_another_zone_is_another_cadence_for_cron_lines_only(sim):
    line = row(cadence="0 3 * * *", due_at=NOW + timedelta(hours=15))
    assert place(sim, "0 3 * * *", line).due_at == line.due_at
    moved = place(sim, "0 3 * * *", line, "America/New_York")
    assert moved.cadence == "0 3 * * * (America/New_York)"
    assert moved.due_at != line.due_at
    assert place(sim, "7d", row(), "America/New_York").due_at == row().due_at


def test_a_clock_that_was_years_ahead_does_not_stop_the_crawls(sim):
    wrong = row(started_at=NOW + timedelta(days=900), due_at=NOW + timedelta(days=907))
    assert NOW < place(sim, "7d", wrong).due_at <= NOW + timedelta(days=8.75)


def test_a_clock_that_is_set_back_by_an_hour_neither_repeats_nor_skips(sim):
    planned = row(started_at=NOW + timedelta(minutes=30), due_at=NOW + timedelta(days=7))
    assert place(sim, "7d", planned).due_at == planned.due_at


def test_a_vendor_that_comes_back_into_the_file_goes_on_where_it_was(sim):
    gone = row(removed_at=NOW - timedelta(days=1), due_at=None, started_at=NOW - timedelta(days=30))
    assert place(sim, "7d", gone).due_at < NOW
    recent = row(removed_at=NOW - timedelta(days=1), due_at=None, started_at=NOW - timedelta(days=1))
    assert place(sim, "7d", recent).due_at > NOW

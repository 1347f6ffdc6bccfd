"""The clock on the wall: every zone, the hours that a change skips and repeats, days of 23 and 25 hours, words."""

# ruff: noqa: DTZ001 - what the wall shows has no zone

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles import clock
from articles.clock import Never, Once, Twice

BERLIN = ZoneInfo("Europe/Berlin")
KEYS = sorted(key for key in available_timezones() if "/" in key or key == "UTC")
#: Changes by half an hour, at midnight, by a day; backwards in summer; none at all.
ODD = [
    "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Beirut", "America/Havana", "Africa/Cairo", "Pacific/Apia",
    "Pacific/Kwajalein", "Europe/Dublin", "Africa/Casablanca", "Asia/Kathmandu", "America/St_Johns", "Antarctica/Troll", "UTC",
]  # fmt: skip
ZONES = st.one_of(st.sampled_from(ODD), st.sampled_from(KEYS)).map(ZoneInfo)
LOCAL = st.datetimes(min_value=dt.datetime(1970, 1, 3), max_value=dt.datetime(2090, 1, 1))
MOMENTS = st.datetimes(min_value=dt.datetime(1970, 1, 3), max_value=dt.datetime(2090, 1, 1), timezones=st.just(dt.UTC))


@st.composite
def near_a_change(draw):
    """Return a zone and a local time within a few hours of a change of its clocks, where there is one."""
    zone = draw(ZONES)
    year = draw(st.integers(1971, 2060))
    start = dt.datetime(year, 1, 1, tzinfo=dt.UTC)
    days = [start + dt.timedelta(days=number) for number in range(366)]
    changed = [
        day
        for day in days
        if day.astimezone(zone).utcoffset() != (day + dt.timedelta(days=1)).astimezone(zone).utcoffset()
    ]
    day = draw(st.sampled_from(changed or days))
    minutes = draw(st.integers(-600, 2400))
    return zone, (day + dt.timedelta(minutes=minutes)).replace(tzinfo=None)


def shown(at, zone):
    """Return what the wall says at a moment."""
    return at.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None, fold=0)


def holds(zone, local):
    """Hold one reading of a local time against what the clock really shows."""
    match clock.read(local, zone):
        case Once(at):
            assert shown(at, zone) == local
        case Twice(earlier, later, from_, to) as twice:
            assert earlier.astimezone(dt.UTC) < later.astimezone(dt.UTC)
            assert shown(earlier, zone) == shown(later, zone) == local
            assert to <= local < from_
            assert twice.pick(0) is earlier
            assert twice.pick(1) is later
            assert twice.choices[0][1] != twice.choices[1][1]
            assert "comes twice" in twice.sentence
        case Never(typed, before, after, from_, to) as never:
            assert from_ <= typed < to
            for fold in (0, 1):
                assert shown(local.replace(tzinfo=zone, fold=fold), zone) != local
            assert shown(before, zone) == from_ - dt.timedelta(minutes=1)
            assert shown(after, zone) == to
            assert after.astimezone(dt.UTC) - before.astimezone(dt.UTC) == dt.timedelta(minutes=1)
            assert "does not come" in never.sentence


@settings(deadline=None)
@given(ZONES, LOCAL)
def test_every_local_time_of_every_zone_is_read_as_the_clock_shows_it(zone, local):
    holds(zone, local)


@settings(deadline=None)
@given(near_a_change())
def test_times_around_every_change_are_read_as_the_clock_shows_them(case):
    holds(*case)


@settings(deadline=None)
@given(ZONES, MOMENTS)
def test_every_moment_can_be_typed_as_the_clock_shows_it(zone, at):
    local = at.astimezone(zone)
    match clock.read(local.replace(tzinfo=None), zone):
        case Once(found):
            assert found.astimezone(dt.UTC) == at
        case Twice() as twice:
            assert twice.pick(local.fold).astimezone(dt.UTC) == at
        case Never() as never:
            pytest.fail(never.sentence)


@settings(deadline=None)
@given(near_a_change())
def test_the_hours_of_a_day_follow_each_other_without_a_gap_and_belong_to_it(case):
    zone, local = case
    day = local.date()
    start, end = (at.astimezone(dt.UTC) for at in clock.span_of_days(day, 1, zone))
    hours = [at.astimezone(dt.UTC) for at in clock.hours(day, zone)]
    assert (start < end and hours[0] == start) or (start == end and hours == [])
    for here, following in zip(hours, [*hours[1:], end], strict=False):
        assert dt.timedelta() < following - here <= dt.timedelta(hours=1, minutes=30)
        assert here.astimezone(zone).date() == day
    assert shown(start, zone).date() >= day
    assert start == end or (end - dt.timedelta(seconds=1)).astimezone(zone).date() == day


def test_the_hour_that_the_spring_skips_is_named_with_its_neighbours():
    never = clock.read(dt.datetime(2024, 3, 31, 2, 30), BERLIN)
    assert isinstance(never, Never)
    assert never.sentence == (
        "On 31 March 2024 the clocks in Berlin go forward from 02:00 to 03:00, so 02:30 does not come. "
        "The nearest times are 01:59 and 03:00."
    )


def test_the_hour_that_the_autumn_repeats_is_asked_for_with_both_offsets():
    twice = clock.read(dt.datetime(2024, 10, 27, 2, 30), BERLIN)
    assert isinstance(twice, Twice)
    assert twice.sentence == (
        "On 27 October 2024 the clocks in Berlin go back from 03:00 to 02:00, so 02:30 comes twice. "
        "Choose which of the two is meant."
    )
    assert [words for _, words in twice.choices] == [
        "02:30 CEST, UTC+02:00, the first one, before the clocks go back",
        "02:30 CET, UTC+01:00, the second one, after the clocks went back",
    ]


@pytest.mark.parametrize(
    ("zone", "local", "words"),
    [
        ("America/Sao_Paulo", dt.datetime(2018, 11, 4, 0, 30), "from 00:00 to 01:00, so 4 November 2018, 00:30 does not"),
        ("Pacific/Apia", dt.datetime(2011, 12, 30, 12, 0), "from 30 December 2011, 00:00 to 31 December 2011, 00:00"),
        ("Australia/Lord_Howe", dt.datetime(2024, 10, 6, 2, 10), "from 02:00 to 02:30, so 02:10 does not come"),
    ],
)  # fmt: skip
def test_odd_gaps_are_said_in_words_too(zone, local, words):
    never = clock.read(local, ZoneInfo(zone))
    assert isinstance(never, Never)
    assert words in never.sentence


@pytest.mark.parametrize(
    ("zone", "day", "count"),
    [
        ("Europe/Berlin", dt.date(2024, 6, 19), 24),
        ("Europe/Berlin", dt.date(2024, 3, 31), 23),
        ("Europe/Berlin", dt.date(2024, 10, 27), 25),
        ("Pacific/Apia", dt.date(2011, 12, 30), 0),
        ("America/Sao_Paulo", dt.date(2018, 11, 4), 23),
    ],
)
def test_a_day_of_a_clock_change_has_23_or_25_hours(zone, day, count):
    assert len(clock.hours(day, ZoneInfo(zone))) == count


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0.5, "in less than a minute"), (-0.5, "just now"), (1, "in 1 minute"), (20, "in 20 minutes"),
        (200, "in 3 hours 20 minutes"), (60, "in 1 hour"), (-61, "1 hour 1 minute ago"), (3000, "in 2 days 2 hours"),
        (1445, "in 1 day"), (60 * 24 * 30 + 61, "in 30 days"),
    ],
)  # fmt: skip
def test_how_far_away_a_time_is(minutes, words):
    now = dt.datetime(2024, 6, 19, 12, 5, tzinfo=dt.UTC)
    assert clock.away(now + dt.timedelta(minutes=minutes), now=now) == words


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/Berlin", "Wednesday 19 June 2024, 14:05 in Berlin (CEST, UTC+02:00)"),
        ("America/Argentina/Buenos_Aires", "Wednesday 19 June 2024, 09:05 in Buenos Aires (UTC-03:00)"),
        ("UTC", "Wednesday 19 June 2024, 12:05 UTC"),
    ],
)
def test_a_moment_is_said_with_place_and_offset(zone, words):
    assert clock.in_full(dt.datetime(2024, 6, 19, 12, 5, tzinfo=dt.UTC).astimezone(ZoneInfo(zone))) == words

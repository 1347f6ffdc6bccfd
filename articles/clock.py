"""What the clock on the newsroom's wall says: local times, the hours that a change of the clock skips or repeats, days.

Decides how a typed local time becomes a moment, and how a moment is said in words. Pure: no database and no settings;
zone and present moment are parameters. What times a story may have is for `conditions.py` to say. The zones are those
of the IANA database (`zoneinfo`, PEP 495 for `fold`). Python compares and subtracts two times of one zone as the wall
shows them, not as they are: before that, everything here goes to UTC.
"""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

_MINUTE = dt.timedelta(minutes=1)
_HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Once:
    """A local time that comes once: the ordinary case."""

    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Twice:
    """A local time that comes twice, because the clocks go back over it; `from_` and `to` are what they read then."""

    earlier: dt.datetime
    later: dt.datetime
    from_: dt.datetime
    to: dt.datetime

    def pick(self, fold: int) -> dt.datetime:
        """Return the first one for 0 and the second one for 1, as `datetime.fold` counts them."""
        return self.later if fold else self.earlier

    @property
    def sentence(self) -> str:
        """Return why one has to choose."""
        hours = f"from {_clock(self.from_)} to {_clock(self.to)}"
        return (
            f"On {day_words(self.from_)} the clocks in {place(_zone(self.earlier))} go back {hours}, "
            f"so {self.earlier:%H:%M} comes twice. Choose which of the two is meant."
        )

    @property
    def choices(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Return both as the fields of a choice: the fold, and words."""
        return (
            ("0", f"{self.earlier:%H:%M} {name(self.earlier)}, the first one, before the clocks go back"),
            ("1", f"{self.later:%H:%M} {name(self.later)}, the second one, after the clocks went back"),
        )


@dataclass(frozen=True, slots=True)
class Never:
    """A local time that does not come, because the clocks go forward over it; `before` and `after` do."""

    typed: dt.datetime
    before: dt.datetime
    after: dt.datetime
    from_: dt.datetime
    to: dt.datetime

    @property
    def sentence(self) -> str:
        """Return why this time is refused, and which are the nearest that come."""
        here = place(_zone(self.before))
        if self.to.date() == self.from_.date():
            hours = f"from {_clock(self.from_)} to {_clock(self.to)}"
            change = f"On {day_words(self.from_)} the clocks in {here} go forward {hours}"
        else:  # over midnight, or across the date line, which left a whole day out
            change = f"The clocks in {here} go forward from {said(self.from_)} to {said(self.to)}"
        one_day = self.before.date() == self.after.date() == self.typed.date()
        typed, before, after = (
            (_clock(moment) if one_day else said(moment)) for moment in (self.typed, self.before, self.after)
        )
        return f"{change}, so {typed} does not come. The nearest times are {before} and {after}."


def read(local: dt.datetime, zone: ZoneInfo) -> Once | Twice | Never:
    """Tell when the clocks of a zone show a local time, given without zone and taken to the minute or second."""
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    before, after = _offset(first), _offset(second)
    if before == after:
        return Once(first)
    change = _change(_utc(local - max(before, after)), _utc(local - min(before, after)), zone)
    from_, to = (change + before).replace(tzinfo=None), (change + after).replace(tzinfo=None)
    if before > after:
        return Twice(first, second, from_, to)
    return Never(local, (change - _MINUTE).astimezone(zone), change.astimezone(zone), from_, to)


# --- Days and hours ---------------------------------------------------------------------------------------------


def start_of_day(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """Return the first moment of a local day, which need not be midnight: clocks may go forward over it."""
    match read(dt.datetime.combine(day, dt.time.min), zone):
        case Once(at):
            return at
        case Twice(earlier=earlier):
            return earlier
        case Never(after=after):
            return after


def span_of_days(first: dt.date, days: int, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    """Return when some days in a row begin and are over, in UTC; a day of a clock change has 23 or 25 hours."""
    edges = (start_of_day(day, zone).astimezone(dt.UTC) for day in (first, first + dt.timedelta(days=days)))
    return next(edges), next(edges)


def hours(day: dt.date, zone: ZoneInfo) -> list[dt.datetime]:
    """Return when each hour of a local day begins: 23, 24 or 25 of them, a repeated one twice, a skipped one not."""
    now, end = span_of_days(day, 1, zone)
    found = []
    while now < end:
        local = now.astimezone(zone)
        found.append(local)
        step = now + _HOUR
        past_the_hour = dt.timedelta(minutes=step.astimezone(zone).minute)  # a change by half an hour
        now = step - past_the_hour if past_the_hour and step - past_the_hour > now else step
    return found


# --- Words ------------------------------------------------------------------------------------------------------


def place(zone: ZoneInfo) -> str:
    """Return a zone as people name it: Berlin, Buenos Aires, UTC."""
    region, _, city = str(zone).rpartition("/")
    return str(zone) if region.startswith("Etc") or not region else city.replace("_", " ")


def name(at: dt.datetime) -> str:
    """Return the name of the clock at a local moment with its offset: CEST, UTC+02:00; of UTC, its name alone."""
    offset = f"UTC{at:%:z}"
    called = at.tzname() or ""
    if called == "UTC":
        return called
    return offset if not called or called[0] in "+-" else f"{called}, {offset}"


def stamp(at: dt.datetime) -> str:
    """Return a local moment in a few words: 19 June 2024, 14:05 CEST."""
    return f"{said(at)} {at.tzname()}"


def in_full(at: dt.datetime) -> str:
    """Return a local moment with day, place and offset: Wednesday 19 June 2024, 14:05 in Berlin (CEST, UTC+02:00)."""
    here, clock = place(_zone(at)), name(at)
    return f"{at:%A} {said(at)} {here}" if here == clock else f"{at:%A} {said(at)} in {here} ({clock})"


def away(at: dt.datetime, *, now: dt.datetime) -> str:
    """Return how far a moment is away, in its two largest units: in 3 hours 20 minutes, 2 days ago."""
    ahead = (at.astimezone(dt.UTC) - now.astimezone(dt.UTC)).total_seconds()
    minutes = int(abs(ahead) // 60)
    if not minutes:
        return "in less than a minute" if ahead > 0 else "just now"
    days, hours_, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [(days, "day"), (hours_, "hour"), (minutes, "minute")]
    first = next(index for index, (count, _) in enumerate(parts) if count)
    kept = parts[first : first + (1 if days >= 7 else 2)]
    words = " ".join(f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in kept if count)
    return f"in {words}" if ahead > 0 else f"{words} ago"


def day_words(day: dt.date) -> str:
    """Return a day as a newspaper writes it: 19 June 2024."""
    return f"{day.day} {day:%B} {day.year}"


def said(at: dt.datetime) -> str:
    """Return what calendar and clock show: 19 June 2024, 14:05."""
    return f"{day_words(at)}, {_clock(at)}"


def _clock(at: dt.datetime) -> str:
    return f"{at:%H:%M}"


def _zone(at: dt.datetime) -> ZoneInfo:
    assert isinstance(at.tzinfo, ZoneInfo)
    return at.tzinfo


def _offset(at: dt.datetime) -> dt.timedelta:
    offset = at.utcoffset()
    assert offset is not None
    return offset


def _utc(naive: dt.datetime) -> dt.datetime:
    return naive.replace(tzinfo=dt.UTC, fold=0)


def _change(low: dt.datetime, high: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return the moment, to the second, at which a zone's offset changes between two moments in UTC."""
    low, high = low.replace(microsecond=0), high.replace(microsecond=0)
    before = _offset(low.astimezone(zone))
    while high - low > dt.timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if _offset(middle.astimezone(zone)) == before:
            low = middle
        else:
            high = middle
    return high

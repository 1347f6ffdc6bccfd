"""The field for a time of the newsroom's clock, used wherever the desk asks for one.

Decides how typed text becomes a moment: hours that a clock change skips are refused with the nearest that come, hours
that it repeats are asked for. `clock.py` knows the clocks. A template draws the field with `desk/_local_time.html`;
`times.js` says beside it what time that is where the reader is.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from articles import clock
from articles.models import Article

_FORMATS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")


def newsroom_zone() -> ZoneInfo:
    """Return the zone of the newsroom's clock, which the desk types and prints times in."""
    return ZoneInfo(settings.TIME_ZONE)


def zone_in_words() -> str:
    """Return the newsroom's zone with its name and offset at this moment: Europe/Berlin (CEST, UTC+02:00)."""
    zone = newsroom_zone()
    name = clock.name(timezone.now().astimezone(zone))
    return name if name == str(zone) else f"{zone} ({name})"


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the field: the text, and which of two equal times is meant (\"0\" or \"1\"), if that was said."""

    text: str = ""
    fold: str = ""

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """Return the two times that this text may mean as choices; nothing when it means one or none."""
        try:
            reading = _read(self.text)
        except OverflowError:
            return ()
        return reading.choices if isinstance(reading, clock.Twice) else ()


class LocalTimeInput(forms.DateTimeInput):
    """A time, and under the name with `_fold` after it which one, where the clocks show it twice."""

    input_type = "datetime-local"

    def value_from_datadict(self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str) -> Typed:
        """Return both as they were sent."""
        return Typed(str(data.get(name) or "").strip(), str(data.get(f"{name}_fold") or ""))


class LocalTime(forms.Field):
    """A moment typed as the newsroom's clock shows it.

    Cleans to a moment in UTC, or None. A text with an offset (2024-06-19T14:05:00+02:00)
    is taken as it stands. Errors are of the codes `invalid`, `skipped` and `repeated`, each a sentence.
    """

    widget = LocalTimeInput

    def __init__(self, **options: Any) -> None:
        options.setdefault("error_messages", {}).setdefault("invalid", "Enter a valid date and time.")
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Typed:
        """Return a moment as its field shows it: what was typed, or the local time with its fold."""
        if isinstance(value, dt.datetime):
            local = value.astimezone(newsroom_zone())
            return Typed(f"{local:%Y-%m-%dT%H:%M}", str(local.fold))
        return value if isinstance(value, Typed) else Typed()

    def clean(self, value: Any) -> dt.datetime | None:
        """Return the moment, or raise ValidationError with a sentence about the clocks."""
        typed = value if isinstance(value, Typed) else Typed(str(value or ""))
        self.validate(typed.text)
        if not typed.text:
            return None
        try:
            return self._moment(typed)
        except OverflowError:  # the first or the last day of the calendar
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None

    def _moment(self, typed: Typed) -> dt.datetime:
        if exact := _exact(typed.text):
            return exact.astimezone(dt.UTC)
        match _read(typed.text):
            case clock.Once(at):
                return at.astimezone(dt.UTC)
            case clock.Twice() as twice if typed.fold in {"0", "1"}:
                return twice.pick(int(typed.fold)).astimezone(dt.UTC)
            case clock.Twice() as twice:
                raise forms.ValidationError(twice.sentence, code="repeated")
            case clock.Never() as never:
                raise forms.ValidationError(never.sentence, code="skipped")
        raise forms.ValidationError(self.error_messages["invalid"], code="invalid")


def _read(text: str) -> clock.Once | clock.Twice | clock.Never | None:
    for shape in _FORMATS:
        try:
            local = dt.datetime.strptime(text, shape)  # noqa: DTZ007 - the clock on the wall has no zone
        except ValueError:
            continue
        return clock.read(local, newsroom_zone())
    return None


def _exact(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return None


# --- The story page --------------------------------------------------------------------------------------------


def given(article: Article | None) -> dict[str, Any]:
    """Return what the fields for times start with on a story's page. No query."""
    names = ("publish_at", "embargo_until", "embargo_reason")
    return {name: getattr(article, name) for name in names} if article else {}


def done(verb: str, article: Article, *, now: dt.datetime) -> str:
    """Return what the page says after a verb that set a time, or "". No query."""
    if verb == "embargo" and article.embargo_until is None:
        return "The embargo is lifted."
    at = {"schedule": article.publish_at, "embargo": article.embargo_until}.get(verb)
    if at is None:
        return ""
    begins = "It goes out" if verb == "schedule" else "It is under embargo until"
    return f"{begins} {clock.in_full(at.astimezone(newsroom_zone()))}, {clock.away(at, now=now)}."

"""Times in a browser: a schedule across a clock change, the calendar by keyboard, words for a reader elsewhere."""

import datetime as dt

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe

from articles import workflow
from articles.models import Article
from articles.statuses import Status
from tests import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def next_change(month):
    """Return when Berlin’s clocks change next in March or October; the live site’s clock is the machine’s."""
    today = dt.datetime.now(dt.UTC).date()
    for year in (today.year, today.year + 1):
        last = dt.date(year, month, 31)
        sunday = last - dt.timedelta(days=(last.weekday() + 1) % 7)
        if sunday > today + dt.timedelta(days=1):
            return sunday
    raise AssertionError("there is one each year")


@pytest.fixture
def editor(db):
    return builders.make_user("editor@example.org", "Edda Editor", "editor")


@pytest.fixture
def story(editor):
    writer = builders.make_user("writer@example.org", "Wilma Writer", "writer")
    return builders.make_story(writer=writer, editor=editor, status=Status.APPROVED, headline="The bridge opens again")


def schedule(story, editor, at):
    return workflow.schedule(story.pk, publish_at=at, actor=editor, now=dt.datetime.now(dt.UTC))


def test_a_story_is_scheduled_across_both_clock_changes(open_as, story, editor):
    page = open_as(editor)
    page.goto(story.get_absolute_url())

    spring = next_change(3)
    page.get_by_role("button", name="Schedule", exact=True).click()
    page.get_by_label("Publish at").fill(f"{spring}T02:30")
    page.get_by_text("The clocks go forward that night and leave this time out").wait_for()
    page.get_by_role("dialog").get_by_role("button", name="Schedule").click()
    refusal = page.get_by_role("dialog").get_by_role("alert")
    refusal.wait_for()
    assert "02:30 does not come. The nearest times are 01:59 and 03:00." in refusal.inner_text()
    assert Article.objects.get().publish_at is None

    autumn = next_change(10)
    page.get_by_label("Publish at").fill(f"{autumn}T02:30")
    page.get_by_role("dialog").get_by_role("button", name="Schedule").click()
    second = page.get_by_role("radio", name="02:30 CET, UTC+01:00")
    second.wait_for()
    assert page.get_by_role("radio", name="02:30 CEST, UTC+02:00").is_visible()
    second.check()
    page.get_by_role("dialog").get_by_role("button", name="Schedule").click()
    page.get_by_text("02:30 in Berlin (CET, UTC+01:00)").first.wait_for()
    assert Article.objects.get().publish_at == dt.datetime.combine(autumn, dt.time(1, 30), dt.UTC)


def test_somebody_elsewhere_reads_what_time_that_is_where_they_are(chromium, site, open_as, story, editor):
    at = dt.datetime.combine(next_change(10) - dt.timedelta(days=20), dt.time(12), dt.UTC)
    schedule(story, editor, at)
    cookies = open_as(editor).context.cookies()
    context = chromium.new_context(base_url=site, timezone_id="America/New_York")
    context.set_default_timeout(15_000)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(story.get_absolute_url())
    page.get_by_text("14:00 in Berlin (CEST, UTC+02:00), that is 08:00 where you are").first.wait_for()
    page.get_by_role("button", name="Schedule", exact=True).click()
    page.get_by_label("Publish at").fill(f"{at.date()}T15:00")
    page.get_by_text("15:00 in Berlin, that is 09:00 where you are, in ").wait_for()
    context.close()


def test_a_story_is_moved_on_the_calendar_by_keyboard_and_back(open_as, story, editor):
    at = (dt.datetime.now(dt.UTC) + dt.timedelta(days=21)).replace(hour=12, minute=0, second=0, microsecond=0)
    schedule(story, editor, at)
    page = open_as(editor)
    page.goto(f"/desk/calendar/?on={at.date()}")
    card = page.get_by_role("link", name="The bridge opens again", exact=True)
    card.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    page.wait_for_function("() => document.activeElement?.matches('[data-move-link]')")
    page.keyboard.press("Enter")
    field = page.get_by_label("Publish at")
    field.wait_for()
    later = at + dt.timedelta(days=8)
    field.fill(f"{later.date()}T09:15")
    page.keyboard.press("Enter")
    page.get_by_text("moved to").wait_for()
    page.wait_for_function("() => document.activeElement?.matches('.moved')")
    moved = Article.objects.get().publish_at
    assert moved.date() == later.date()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**on={at.date()}*")
    assert Article.objects.get().publish_at == at


def test_a_story_is_dragged_to_another_day(open_as, story, editor):
    monday = dt.datetime.now(dt.UTC).date()
    monday += dt.timedelta(days=28 - monday.weekday())
    at = dt.datetime.combine(monday, dt.time(12), dt.UTC)
    schedule(story, editor, at)
    page = open_as(editor)
    page.goto(f"/desk/calendar/?on={monday}")
    target = page.locator(f"[data-day='{monday + dt.timedelta(days=3)}']")
    page.locator(f"#story-{story.pk}").drag_to(target)
    page.get_by_text("moved to").wait_for()
    assert Article.objects.get().publish_at.date() == monday + dt.timedelta(days=3)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_calendar_has_no_fault_that_axe_finds(open_as, story, editor, width, scheme):
    at = (dt.datetime.now(dt.UTC) + dt.timedelta(days=21)).replace(second=0, microsecond=0)
    workflow.embargo(story.pk, until=at, reason="Ministry", actor=editor, now=dt.datetime.now(dt.UTC))
    schedule(story, editor, at)
    writer = story.created_by
    builders.make_story(
        writer=writer, editor=editor, status=Status.PUBLISHED, headline="Out", now=dt.datetime.now(dt.UTC)
    )
    planned = builders.make_story(writer=writer, headline="Planned")
    workflow.arrange(planned.pk, actor=editor, now=dt.datetime.now(dt.UTC), due_at=at)
    page = open_as(editor, width=width, scheme=scheme)
    day = at.date()
    for url in (f"/desk/calendar/?on={day}", "/desk/calendar/", f"/desk/calendar/?view=day&on={day}",
                f"/desk/calendar/?on={day}&move={story.pk}", story.get_absolute_url()):  # fmt: skip
        page.goto(url)
        if "/change/" in url:
            page.locator(".ProseMirror:is([aria-label], [aria-labelledby])").wait_for()
        violations = Axe().run(page, options={"preload": False}).response["violations"]
        assert not violations, (url, [(v["id"], [node["target"] for node in v["nodes"]]) for v in violations])
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, url


def test_a_late_story_shows_in_amber_without_a_fault(open_as, story, editor):
    now = dt.datetime.now(dt.UTC)
    with time_machine.travel(now - dt.timedelta(minutes=10), tick=False):
        workflow.schedule(
            story.pk, publish_at=now - dt.timedelta(minutes=5), actor=editor, now=now - dt.timedelta(minutes=10)
        )
    page = open_as(editor)
    page.get_by_text("Readers see it; the desk has not noticed").wait_for()
    violations = Axe().run(page, options={"preload": False}).response["violations"]
    assert not violations, [(v["id"], [node["target"] for node in v["nodes"]]) for v in violations]

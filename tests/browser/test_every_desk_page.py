"""Every page of the desk, looked at with axe: on a phone and a wide window, light and dark, as the chief."""

import datetime as dt

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from articles import notes, workflow
from articles.models import Article
from tests import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SUGGESTED = (
    '<p>The bridge is <del data-suggestion="first001">closed</del><ins data-suggestion="first001">open</ins>.</p>'
)


@pytest.fixture
def newsroom(cast):
    """A newsroom in the middle of a day; returns the address of each story by what is the matter with it."""
    writer, editor, chief = cast["writer"], cast["editor"], cast["chief"]
    now = timezone.now().replace(microsecond=0)
    hour = dt.timedelta(hours=1)
    people = {"writer": writer, "editor": editor, "now": now - 3 * hour}
    long = ("A headline of three hundred letters about the bridge " * 6)[:300]
    twelve = [builders.make_author(f"Reporter {number}") for number in range(12)]
    stories = {
        "long": builders.make_story(**people, headline=long, bylines=twelve),
        "rtl": builders.make_story(**people, headline="افتتاح الجسر", body="<p>الجسر مفتوح.</p>", language="ar"),
        "review": builders.make_story(**people, status="in_review", lead=builders.make_photo(writer)),
        "sent back": builders.make_story(**people, status="in_review"),
        "suggested": builders.make_story(**people, body=SUGGESTED),
        "approved": builders.make_story(**people, status="approved"),
        "scheduled": builders.make_story(**people, status="approved"),
        "embargoed": builders.make_story(**people),
        "published": builders.make_story(**people, status="published"),
        "edited": builders.make_story(**people, status="published"),
        "spiked": builders.make_story(**people, status="spiked"),
    }
    workflow.send_back(stories["sent back"].pk, actor=chief, now=now - hour, note="Who paid for it?")
    workflow.schedule(stories["scheduled"].pk, publish_at=now + 20 * hour, actor=editor, now=now)
    workflow.embargo(stories["embargoed"].pk, until=now + 9 * hour, reason="Ministry", actor=editor, now=now)
    for number in range(6):
        notes.write(stories["review"].pk, text=f"Note {number}", actor=editor, now=now, quote="four months")
    edited = Article.objects.get(pk=stories["edited"].pk)
    workflow.save_draft(
        edited.pk, content=edited.content().changed(headline="New words"), version=edited.version, actor=writer, now=now
    )
    return {name: f"/desk/articles/article/{story.pk}" for name, story in stories.items()}


def pages(story):
    """Return every address of the desk that stands for a page of its own."""
    lists = ["articles/article", "articles/section", "articles/topic", "authors/author", "authors/user", "media/photo"]
    rooms = ["", "board/", "board/?q=nothing-at-all", "budget/", "budget/?day=none", "budget/?day=overdue"]
    rooms += ["calendar/", "calendar/?view=day", "search/", "search/?q=bridge", "search/?q=zzz"]
    rooms += ["notices/", "notices/choices/", "articles/article/?state=spiked", "articles/article/add/"]
    yield from (f"/desk/{room}" for room in [*rooms, *(f"{name}/" for name in lists), "media/photo/add/"])
    yield from (f"{address}/change/" for address in story.values())
    for page in ("history/", "history/?only=milestones", "compare/?from=live", "as-of/", "sharing/", "preview/"):
        yield f"{story['edited']}/{page}"
    yield from ("/accounts/password/change/", "/accounts/2fa/", "/desk/nowhere/", "/nowhere/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_the_desk_has_a_fault_that_axe_finds(open_as, cast, newsroom, scheme):
    page = open_as(cast["chief"], scheme=scheme, watch=False)
    found = {}
    for url in pages(newsroom):
        page.goto(url)
        if ("/change/" in url and page.locator("form#story").count()) or url.endswith("article/add/"):
            page.locator(".ProseMirror[contenteditable=true]:is([aria-label], [aria-labelledby])").wait_for()
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            faults = [
                (fault["id"], [node["html"][:120] for node in fault["nodes"]])
                for fault in Axe().run(page, options={"preload": False}).response["violations"]
            ]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                faults.append(("wider than the window", []))
            if faults:
                found[f"{url} at {width}"] = faults
    assert not found

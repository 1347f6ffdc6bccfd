"""A story is shown to a lawyer and comes back signed; and what happens to stories reaches people's desks."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from articles import workflow
from articles.notices.models import Notice
from tests import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(db):
    writer = builders.make_user("writer@example.org", "Wilma Writer", "writer")
    chief = builders.make_user("chief@example.org", "Clara Chief", "chief")
    return writer, chief


@pytest.fixture
def story(people):
    return builders.make_story(
        writer=people[0],
        now=timezone.now(),
        headline="The minister’s letters",
        body="".join(f"<p>Paragraph {n} of what nobody has read yet, and that should stay here until it is checked by "
                     "somebody who knows the law and its letters.</p>" for n in range(1, 9)),
    )  # fmt: skip


def looked_at(page, name):
    """Keep a picture of the page for whoever asks for one."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page="whole" in name)


def faults(page):
    violations = Axe().run(page, options={"preload": False}).response["violations"]
    return [(found["id"], found["nodes"][0]["html"]) for found in violations]


def test_a_lawyer_comments_and_signs_off_and_the_desk_shows_it(open_as, people, story):
    desk = open_as(people[0])
    desk.goto(story.get_absolute_url())
    desk.get_by_role("link", name="Show outside…").click()
    desk.get_by_label("For whom").fill("Lena Law, Harbour & Partners")
    desk.get_by_label("May comment").check()
    desk.get_by_label("Is asked to sign off").check()
    desk.get_by_role("button", name="Make link").click()
    address = desk.get_by_label("Address").input_value()
    looked_at(desk, "made")

    lawyer = open_as()
    lawyer.goto(address)
    lawyer.get_by_role("heading", name="The minister’s letters", level=1).wait_for()
    lawyer.get_by_text("Shown to Lena Law, Harbour & Partners by Wilma Writer").wait_for()
    lawyer.get_by_label("Comment", exact=True).fill("Paragraph two needs a second source.")
    lawyer.get_by_role("button", name="Send comment").click()
    lawyer.get_by_text("Your comment has reached the newsroom.").wait_for()
    lawyer.get_by_role("button", name="Sign off exactly this version").click()
    lawyer.get_by_text("You signed this version off on").wait_for()
    lawyer.get_by_role("link", name="Lite edition of this page").click()
    lawyer.get_by_role("link", name="Exit mobile version").wait_for()
    assert lawyer.locator(".watermark span").count() > 20
    assert "/preview/" in lawyer.url
    assert lawyer.context.cookies() == []

    desk.get_by_role("link", name="Home").first.click()
    desk.get_by_role("link", name="Notices, 3 unread").click()
    desk.get_by_text("signed off by Lena Law, Harbour & Partners", exact=True).wait_for()
    desk.get_by_text("Paragraph two needs a second source.").wait_for()
    desk.get_by_role("link", name="The minister’s letters").first.click()
    desk.get_by_text("signed off this version").wait_for()
    desk.get_by_role("link", name="Notices", exact=True).wait_for()  # all read by opening the story
    looked_at(desk, "story-whole")

    desk.get_by_role("link", name="Show outside…").click()
    desk.get_by_role("button", name="Revoke the link for Lena Law").click()
    desk.get_by_text("Revoked. Lena Law, Harbour & Partners sees nothing any more.").wait_for()
    lawyer.goto(address)
    lawyer.get_by_role("heading", name="There is no preview at this address").wait_for()


def test_the_bell_rings_while_a_page_stays_open(open_as, people, story):
    writer, chief = people
    desk = open_as(chief)
    desk.clock.install()
    desk.goto("/desk/")
    desk.get_by_role("link", name="Notices", exact=True).wait_for()
    workflow.submit(story.pk, actor=writer, now=timezone.now())
    desk.clock.run_for(46_000)
    desk.get_by_role("link", name="Notices, 1 unread").wait_for()
    assert desk.locator("#bell-news").text_content() == "Notices, 1 unread"


def test_choices_are_made_by_keyboard(open_as, people):
    desk = open_as(people[0])
    desk.goto("/desk/notices/choices/")
    box = desk.get_by_label("A story of mine is approved: By mail")
    box.focus()
    desk.keyboard.press("Space")
    desk.get_by_role("button", name="Save choices").press("Enter")
    desk.get_by_text("Saved.").wait_for()
    assert desk.get_by_label("A story of mine is approved: By mail").is_checked()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_have_no_fault_that_axe_finds(open_as, people, story, site, width, scheme):
    from articles.sharing import links

    writer, chief = people
    now = timezone.now()
    workflow.submit(story.pk, actor=writer, now=now)
    workflow.send_back(story.pk, actor=chief, now=now, note="Who paid for it?\nAnd when?")
    workflow.submit(story.pk, actor=writer, now=now)
    given = {"actor": chief, "now": now, "until": now + links.USUAL, "comments": True, "sign_off": True}
    link, token = links.make(story.pk, given_to="Lena Law, Harbour & Partners", **given)
    links.comment(link, text="Paragraph two needs a second source.", now=now)
    links.sign_off(link, shown=links.stamp(link, links.shown_by(link).hash), now=now)
    links.make(story.pk, given_to="Sam Source", **given)
    assert Notice.objects.filter(recipient=chief).exists()
    desk = open_as(chief, width=width, scheme=scheme)
    pages = {
        "notices": "/desk/notices/",
        "choices-whole": "/desk/notices/choices/",
        "sharing-whole": f"/desk/articles/article/{story.pk}/sharing/",
    }
    for name, path in pages.items():
        desk.goto(path)
        looked_at(desk, f"{name}-{width}-{scheme}")
        assert faults(desk) == [], path
        assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    outsider = open_as(width=width, scheme=scheme)
    for name, path in {"preview": f"/preview/{token}/", "preview-lite": f"/preview/{token}/lite/"}.items():
        outsider.goto(path)
        looked_at(outsider, f"{name}-{width}-{scheme}")
        outsider.locator("#answer").scroll_into_view_if_needed()
        looked_at(outsider, f"{name}-end-{width}-{scheme}")
        assert faults(outsider) == [], path
        assert outsider.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    if width == 1280 and scheme == "light" and os.environ.get("SCREENSHOTS"):
        outsider.goto(f"/preview/{token}/")
        outsider.pdf(path=os.environ["SCREENSHOTS"] + "/preview.pdf")

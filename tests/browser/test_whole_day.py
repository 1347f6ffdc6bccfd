"""A whole day at the desk: how many clicks it takes, and all of it by keyboard alone.

The numbers stand in docs/desk.md; a change that needs more clicks has to change them there and answer for it.
"""

import re
from pathlib import Path

import pytest

from articles.models import Article, PublishedArticle
from tests import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "desk.md").read_text()


def body_of(page):
    return page.locator(".ProseMirror[contenteditable=true]")


def documented(journey):
    """Return how many clicks docs/desk.md promises for a journey."""
    (number,) = re.findall(rf"\| {journey} \|[^|]*\| (\d+) \|", DOCS)
    return int(number)


class Hand:
    """Clicks, and counts them. Choosing from a list is two."""

    def __init__(self):
        self.clicks = 0

    def click(self, target):
        self.clicks += 1
        target.click()

    def choose(self, target, label):
        self.clicks += 2
        target.select_option(label=label)


@pytest.fixture
def people():
    writer = builders.make_user("writer@example.org", "Wilma Writer", "writer")
    editor = builders.make_user("editor@example.org", "Edda Editor", "editor")
    builders.make_author("Wilma Writer", user=writer, note="Wilma Writer covers ports.")
    builders.make_section("news/world")
    return writer, editor


def test_from_a_pitch_to_readers(open_as, people):
    writer, editor = people
    hand = Hand()

    desk = open_as(editor)
    hand.click(desk.get_by_role("link", name="Budget").first)
    line = desk.get_by_role("region", name="New line")
    hand.click(line.get_by_label("Slugline"))
    desk.keyboard.type("bridge-opens")
    hand.choose(line.get_by_label("Section"), "News › World")
    hand.choose(line.get_by_label("Writer"), "Wilma Writer")
    hand.click(line.get_by_role("button", name="Plan it"))
    desk.get_by_role("link", name="Open").first.wait_for()

    page = open_as(writer)
    hand.click(page.get_by_role("link", name="bridge-opens").first)
    body_of(page).wait_for()
    hand.click(page.get_by_label("Headline", exact=True))
    page.keyboard.type("The bridge opens again")
    page.keyboard.press("Enter")
    page.keyboard.type("After two years of work, ships and people can pass.")
    page.keyboard.press("Enter")
    page.keyboard.type("The swing bridge opened at noon.")
    hand.click(page.get_by_role("button", name="Submit for review", exact=True))
    page.get_by_text("Submitted for review.").wait_for()

    desk.goto("/desk/")
    hand.click(desk.get_by_role("link", name="The bridge opens again").first)
    hand.click(desk.get_by_role("button", name="Approve", exact=True))
    desk.get_by_text("Approved.", exact=True).wait_for()
    hand.click(desk.get_by_role("button", name="Publish now", exact=True))
    hand.click(desk.get_by_role("dialog").get_by_role("button", name="Publish now"))
    desk.get_by_text("Published. Readers can see it now.").wait_for()

    assert PublishedArticle.objects.get().headline == "The bridge opens again"
    assert hand.clicks == documented("from a pitch in the budget to readers") <= 14


def test_from_a_published_story_to_its_corrected_version(open_as, people):
    writer, editor = people
    row = builders.make_published(writer=writer, editor=editor, body="<p>It was shut for two years.</p>")
    hand = Hand()

    page = open_as(writer)
    hand.click(page.get_by_role("region", name="Went out last").get_by_role("link", name=row.headline).first)
    hand.click(body_of(page))
    page.keyboard.press("Control+End")
    page.keyboard.type(" It had been 26 months.")
    hand.click(page.get_by_role("button", name="Submit for review", exact=True))
    page.get_by_text("Submitted for review.").wait_for()

    desk = open_as(editor)
    hand.click(desk.get_by_role("region", name="Waiting for an editor").get_by_role("link", name=row.headline))
    hand.click(desk.get_by_role("button", name="Approve", exact=True))
    desk.get_by_text("Approved.", exact=True).wait_for()
    hand.click(desk.get_by_role("button", name="Publish now", exact=True))
    desk.get_by_text("Published. Readers can see it now.").wait_for()

    newest = PublishedArticle.objects.order_by("-visible_from", "-pk").first()
    assert "It had been 26 months." in newest.body_html
    assert hand.clicks == documented("from a published story to its corrected version") <= 6


def test_a_change_after_approval_voids_it_and_tells_the_approver(open_as, people):
    writer, editor = people
    deputy = builders.make_user("deputy@example.org", "Dario Deputy", "editor")
    article = builders.make_story(writer=writer, editor=editor, status="approved", body="<p>The first.</p>")
    page = open_as(deputy)
    page.goto(article.get_absolute_url())
    body_of(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" On purpose.")
    page.locator("#save-state").get_by_text("saving them voids the approval").wait_for()
    page.get_by_role("button", name="Save draft", exact=True).click()
    page.get_by_text("Saved.", exact=True).wait_for()
    assert Article.objects.get().status == "draft"

    told = open_as(editor)
    told.goto("/desk/notices/")
    told.get_by_text(article.headline).first.wait_for()


def reach(page, name, *, role=None, most=120, back=False):
    """Press Tab until the focus is on a control with this name."""
    for _ in range(most):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        found = page.evaluate(
            """() => {
              const at = document.activeElement
              const label = at.getAttribute("aria-label") || at.labels?.[0]?.textContent || at.textContent || ""
              return [label.trim().replace(/\\s+/g, " "), at.tagName]
            }"""
        )
        if found[0] == name and (role is None or found[1] == role):
            return
    raise AssertionError(f"“{name}” cannot be reached by keyboard; the last was {found}")


def test_a_story_is_written_reviewed_and_published_by_keyboard_alone(open_as, people):
    writer, editor = people
    page = open_as(writer)
    reach(page, "New story", role="A")
    page.keyboard.press("Enter")
    page.wait_for_url("**/add/")
    body_of(page).wait_for()
    reach(page, "Headline")
    page.keyboard.type("The bridge opens again")
    page.keyboard.press("Enter")
    page.keyboard.type("Ships pass.")
    page.keyboard.press("Enter")
    page.keyboard.type("The swing bridge opened at noon.")
    page.keyboard.press("Escape")
    reach(page, "Section")
    page.keyboard.type("News › W")
    page.locator("#save-state").get_by_text("Saved at").wait_for()
    reach(page, "Submit for review", role="BUTTON", back=True)
    page.keyboard.press("Enter")
    page.get_by_text("Submitted for review.").wait_for()

    desk = open_as(editor)
    reach(desk, "The bridge opens again", role="A")
    desk.keyboard.press("Enter")
    body_of(desk).wait_for()
    reach(desk, "Approve", role="BUTTON")
    desk.keyboard.press("Enter")
    desk.get_by_text("Approved.", exact=True).wait_for()
    reach(desk, "Publish now", role="BUTTON")
    desk.keyboard.press("Enter")
    desk.get_by_role("dialog").wait_for()
    if desk.evaluate("document.activeElement.textContent.trim()") != "Publish now":
        reach(desk, "Publish now", role="BUTTON")
    desk.keyboard.press("Enter")
    desk.get_by_text("Published. Readers can see it now.").wait_for()
    assert PublishedArticle.objects.get().headline == "The bridge opens again"

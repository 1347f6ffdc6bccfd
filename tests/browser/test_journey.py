"""The journey that everything stands on, in a browser: draft, sent back, resubmitted, approved, published, read."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from articles.models import Article
from tests import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def body_of(page):
    return page.locator(".ProseMirror[contenteditable=true]")


def test_a_story_goes_from_a_writers_draft_to_a_reader(open_as, site):
    writer = builders.make_user("writer@example.org", "Wilma Writer", "writer")
    editor = builders.make_user("editor@example.org", "Edda Editor", "editor")
    builders.make_author("Wilma Writer", user=writer, note="Wilma Writer covers ports. She lives on a boat.")
    builders.make_section("news/world")

    desk = open_as(writer)
    desk.get_by_role("link", name="New story").click()
    desk.get_by_label("Headline", exact=True).fill("The bridge opens again")
    desk.get_by_label("Standfirst", exact=True).fill("After two years of work, ships and people can pass.")
    body_of(desk).click()
    desk.keyboard.type("The swing bridge opened at noon.")
    desk.keyboard.press("Enter")
    desk.keyboard.type("It had been shut for 26 months.")
    desk.get_by_label("Section", exact=True).select_option(label="News › World")
    desk.get_by_role("button", name="Submit for review").click()
    desk.get_by_text("Submitted for review.").wait_for()

    review = open_as(editor)
    review.get_by_role("link", name="The bridge opens again").first.click()
    review.get_by_role("button", name="Send back", exact=True).click()
    review.get_by_label("Note to the writer").fill("Who paid for it?")
    review.get_by_role("dialog").get_by_role("button", name="Send back").click()
    review.get_by_text("Sent back to its writer.").wait_for()

    desk.goto("/desk/")
    desk.get_by_text("Who paid for it?").wait_for()
    desk.get_by_role("link", name="The bridge opens again").first.click()
    body_of(desk).click()
    desk.keyboard.press("Control+End")
    desk.keyboard.press("Enter")
    desk.keyboard.type("The harbour office paid.")
    desk.get_by_role("button", name="Submit for review").click()
    desk.get_by_text("Submitted for review.").wait_for()

    review.goto("/desk/")
    review.get_by_role("link", name="The bridge opens again").first.click()
    review.get_by_role("button", name="Approve", exact=True).click()
    review.get_by_text("Approved.", exact=True).wait_for()
    review.get_by_role("button", name="Publish now", exact=True).click()
    review.get_by_role("dialog").get_by_role("button", name="Publish now").click()
    review.get_by_text("Published. Readers can see it now.").wait_for()

    reader = open_as()
    reader.goto("/")
    reader.get_by_role("link", name="The bridge opens again").first.click()
    reader.get_by_role("heading", name="The bridge opens again", level=1).wait_for()
    text = reader.locator("main").inner_text()
    assert "The harbour office paid." in text
    assert "Wilma Writer covers ports. She lives on a boat." in text
    assert reader.locator("main").get_by_role("link", name="News", exact=True).get_attribute("href") == "/news/"
    reader.get_by_role("link", name="Lite edition").click()
    reader.get_by_role("link", name="Exit mobile version").click()
    assert "/lite/" not in reader.url
    assert reader.context.cookies() == []

    article = Article.objects.get()
    assert [event.verb for event in article.events.order_by("pk")] == [
        "start",
        "submit",
        "send_back",
        "submit",
        "approve",
        "publish",
    ]
    assert article.revisions.count() == 2


def test_opening_and_saving_a_story_changes_no_word(open_as):
    writer = builders.make_user("writer@example.org", "Wilma Writer", "writer")
    editor = builders.make_user("editor@example.org", "Edda Editor", "editor")
    photo = builders.make_photo(writer)
    source = (
        "<p>Words with <strong>weight</strong>, <em>stress</em>, H<sub>2</sub>O and a "
        '<a href="https://example.org/?a=1&amp;b=2">link</a>.</p><h2>A crosshead</h2>'
        "<ul><li><p>One</p></li><li><p>Two</p></li></ul><blockquote><p>“It was twenty-six.”</p></blockquote>"
        '<aside data-pullquote="1"><p>It was twenty-six.</p></aside>'
        f'<figure data-photo="{photo.pk}" data-alt="A bridge" data-layout="wide"><figcaption>The bridge</figcaption></figure>'
        "<hr><p>End.</p>"
    )
    article = builders.make_story(
        writer=writer, status="in_review", body=source, lead=photo, bylines=[builders.make_author()]
    )
    page = open_as(editor)
    page.goto(article.get_absolute_url())
    body_of(page).wait_for()
    page.keyboard.press("Control+s")
    page.get_by_text("Nothing had changed").wait_for()
    assert article.revisions.count() == 1


def test_unsaved_words_are_not_thrown_away_by_a_verb(open_as):
    writer = builders.make_user("writer@example.org", "Wilma Writer", "writer")
    editor = builders.make_user("editor@example.org", "Edda Editor", "editor")
    article = builders.make_story(writer=writer, status="in_review")
    page = open_as(editor)
    page.goto(article.get_absolute_url())
    body_of(page).click()
    page.keyboard.type("Not saved. ")
    page.get_by_role("button", name="Approve", exact=True).click()
    # what was typed goes to the server first, as a suggestion; the verb then acts on it, and is refused
    page.get_by_text("1 suggestion is still open.").first.wait_for()
    assert Article.objects.get().status == "in_review"
    assert "Not saved." in Article.objects.get().body


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_desk_and_readers_have_no_fault_that_axe_finds(open_as, width, scheme):
    writer = builders.make_user("writer@example.org", "Wilma Writer", "writer")
    editor = builders.make_user("editor@example.org", "Edda Editor", "editor")
    table = "<table><tbody><tr><th><p>Year</p></th><th><p>Ships</p></th></tr><tr><td><p>2023</p></td><td><p>18</p></td></tr></tbody></table>"
    author = builders.make_author(note="Ada Marsh covers bridges.")
    row = builders.make_published(
        writer=writer,
        editor=editor,
        bylines=[author],
        lead=builders.make_photo(writer),
        body=f"<p>Text</p>{table}<blockquote><p>Q</p></blockquote>",
    )
    waiting = builders.make_story(writer=writer, status="in_review", lead=builders.make_photo(writer))
    draft = builders.make_story(writer=writer)
    story = f"/desk/articles/article/{waiting.pk}"
    page = open_as(editor, width=width, scheme=scheme, watch=False)
    urls = ["/desk/", "/desk/articles/article/", "/desk/articles/article/add/", f"{story}/change/", f"{story}/history/", f"{story}/compare/",
            f"/desk/articles/article/{draft.pk}/change/", "/desk/media/photo/", "/desk/authors/author/",
            "/", row.get_absolute_url(), row.lite_url, "/lite/", "/news/world/", "/authors/", "/authors/ada-marsh/", "/topics/bridges/", "/nowhere/"]  # fmt: skip
    for url in urls:
        page.goto(url)
        if "/change/" in url or "/add/" in url:
            body_of(page).wait_for()
        violations = Axe().run(page, options={"preload": False}).response["violations"]
        assert not violations, (url, [(v["id"], [node["target"] for node in v["nodes"]]) for v in violations])

"""Review in a browser: a note pinned to a passage, sent back, edited around, resolved, resubmitted, read again."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from articles import notes, workflow
from articles.models import Article, Note
from tests import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BODY = (
    "<p>The swing bridge opened at noon.</p><p>The repair cost 41 million.</p>"
    + "".join(f"<p>It had been shut for {number} months, they said.</p>" for number in range(20, 34))
    + "<p>Nobody says who paid.</p>"
)


def body_of(page):
    return page.locator(".ProseMirror[contenteditable=true]")


def select(page, words):
    """Select words of the text, as somebody would with the mouse."""
    page.evaluate(
        """(words) => {
          const root = document.querySelector(".ProseMirror[contenteditable=true]") ?? document.getElementById("reading")
          const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
          root.focus?.()
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const at = node.data.indexOf(words)
            if (at >= 0) return document.getSelection().setBaseAndExtent(node, at, node, at + words.length)
          }
        }""",
        words,
    )
    # the browser tells the editor a moment later, which is sooner than a hand goes on and later than a test does
    page.wait_for_function(
        """(words) => {
          const editor = document.querySelector("textarea[name=body]")?.storyEditor
          const { from, to } = editor?.state.selection ?? {}
          return !editor || editor.state.doc.textBetween(from, to) === words
        }""",
        arg=words,
    )


def passages(page):
    return page.locator(".noted").all_inner_texts()


def said(page, words):
    return page.locator("#notes .said", has_text=words)


@pytest.fixture
def writer(db):
    return builders.make_user("writer@example.org", "Wilma Writer", "writer")


@pytest.fixture
def editor(db):
    return builders.make_user("editor@example.org", "Edda Editor", "editor")


def test_sent_back_with_a_pinned_note_and_back_on_what_changed(open_as, writer, editor):
    article = builders.make_story(writer=writer, status="in_review", body=BODY, headline="The bridge opens")
    review = open_as(editor)
    review.goto("/desk/")
    review.get_by_role("link", name="The bridge opens").first.click()
    review.get_by_text("First look").wait_for()
    body_of(review).wait_for()
    review.get_by_role("button", name="Note on this passage").wait_for()
    select(review, "41 million")
    review.keyboard.press("Control+Alt+m")
    review.get_by_label("New note").fill("Says who? @Wilma")
    review.get_by_label("Must fix before it is submitted").check()
    review.get_by_role("button", name="Add note").click()
    review.locator(".noted.must-fix", has_text="41 million").wait_for()
    review.get_by_role("button", name="Send back", exact=True).click()
    review.get_by_label("Note to the writer").fill("One figure to check.")
    review.get_by_role("dialog").get_by_role("button", name="Send back").click()
    review.get_by_text("Sent back to its writer.").wait_for()

    desk = open_as(writer)
    desk.goto(article.get_absolute_url())
    body_of(desk).wait_for()
    said(desk, "One figure to check.").wait_for()
    desk.locator(".noted", has_text="41 million").wait_for()
    # edits around the passage: it is followed while somebody types, and by the save
    select(desk, "The repair")
    desk.keyboard.type("In all, the repair")
    assert passages(desk) == ["41 million"]
    desk.get_by_role("button", name="Submit for review").click()
    desk.get_by_text("must fix” is still open").first.wait_for()
    body_of(desk).wait_for()
    desk.locator(".noted", has_text="41 million").wait_for()
    note = Note.objects.get()
    assert note.start == len("The swing bridge opened at noon.") + len("In all, the repair cost ")
    desk.locator("#notes summary", has_text="Answer").click()
    desk.get_by_label("Answer", exact=True).fill("The harbour office.")
    desk.get_by_role("button", name="Send answer").click()
    said(desk, "The harbour office.").wait_for()
    desk.locator("#notes").get_by_role("button", name="Resolve").click()
    desk.locator("#notes").get_by_text("1 resolved").wait_for()
    desk.locator(".noted").wait_for(state="detached")
    desk.get_by_role("button", name="Submit for review").click()
    desk.get_by_text("Submitted for review.").wait_for()

    review.goto("/desk/")
    review.get_by_role("link", name="The bridge opens").first.click()  # one click from the queue
    since = review.get_by_role("region", name="What changed since you looked")
    since.wait_for()
    assert since.locator("ins").first.inner_text().endswith("In all, the")
    since.get_by_text("paragraphs unchanged").first.wait_for()
    assert Article.objects.get().status == "in_review"


def test_a_note_disturbs_no_unsaved_words(open_as, writer, editor):
    article = builders.make_story(writer=writer, status="in_review", body=BODY)
    page = open_as(editor)
    page.goto(article.get_absolute_url())
    body_of(page).wait_for()
    page.get_by_role("button", name="Note on this passage").wait_for()
    select(page, "Nobody")
    page.keyboard.type("Somebody")
    select(page, "Somebody")
    page.get_by_role("button", name="Note on this passage").click()
    page.get_by_label("New note").fill("Who?")
    page.get_by_role("button", name="Add note").click()
    page.locator(".noted", has_text="Somebody").wait_for()
    assert "Somebody says who paid." in body_of(page).inner_text()
    said(page, "Who?").wait_for()
    page.locator(".noted").click()
    page.locator(".note-thread.current").wait_for()
    assert "Somebody says who paid." in body_of(page).inner_text()
    assert page.url.endswith("/change/")


def test_who_only_reads_hangs_a_note_on_a_passage_too(open_as, writer, editor):
    other = builders.make_user("second@example.org", "Sven Second", "writer")
    article = builders.make_story(writer=writer, status="in_review", body=BODY)
    page = open_as(other, width=390, height=800)
    page.goto(article.get_absolute_url())
    page.locator("#reading").get_by_text("41 million").wait_for()
    page.get_by_label("New note").wait_for()
    select(page, "cost 41 million")
    page.get_by_role("button", name="Note on this passage").click()
    page.get_by_label("New note").fill("I have other figures.")
    page.get_by_role("button", name="Add note").click()
    said(page, "I have other figures.").wait_for()
    note = Note.objects.get()
    assert (note.quote, note.start) == ("cost 41 million", len("The swing bridge opened at noon.The repair "))
    assert page.evaluate("[...CSS.highlights.get('noted')].map(String)") == ["cost 41 million"]


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_story_page_with_notes_has_no_fault_that_axe_finds(open_as, writer, editor, width, scheme):
    article = builders.make_story(writer=writer, status="in_review", body=BODY)
    page = open_as(editor, width=width, scheme=scheme)
    page.goto(article.get_absolute_url())
    workflow.send_back(article.pk, actor=editor, now=builders.NOW, note="Who paid?")
    note = notes.write(article.pk, text="Sure?", actor=editor, now=builders.NOW, quote="41 million", must_fix=True)
    notes.answer(note.pk, text="Yes.", actor=writer, now=builders.NOW)
    notes.resolve(note.pk, actor=writer, now=builders.NOW)
    notes.write(article.pk, text="And this?", actor=editor, now=builders.NOW, quote="Nobody says", must_fix=False)
    notes.write(article.pk, text="Gone.", actor=editor, now=builders.NOW, quote="Nowhere to be found", must_fix=False)
    content = Article.objects.get().content().changed(body=BODY.replace("41", "43"), topics=(), headline="Another")
    workflow.save_draft(article.pk, content=content, version=1, actor=writer, now=builders.NOW)
    workflow.submit(article.pk, actor=writer, now=builders.NOW, note="Mended.", asked_editor=editor)
    for user in (editor, writer):
        page = page if user == editor else open_as(user, width=width, scheme=scheme)
        page.goto(article.get_absolute_url())
        said(page, "And this?").wait_for()
        if user == editor:
            page.locator(".noted").first.wait_for()
        page.locator("#notes details.resolved > summary").click()
        violations = Axe().run(page, options={"preload": False}).response["violations"]
        assert not violations, [(v["id"], [node["target"] for node in v["nodes"]]) for v in violations]

"""Suggestion mode in a browser: whatever an editor does in it, the story stays as it was until the writer says yes."""

import random

import pytest
from axe_playwright_python.sync_playwright import Axe

from articles import body, workflow
from articles.models import Article
from articles.statuses import Status
from articles.suggestions import accepted, open_suggestions, refused
from tests import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STORY = (
    "<p>Ships can pass the old bridge again.</p><p>The mayor said it was a good day.</p>"
    "<h2>Four months</h2><p>Work took <strong>four long</strong> months.</p>"
    "<ul><li>Steel</li><li>Paint</li></ul><p>Nobody was hurt.</p>"
)


@pytest.fixture
def people():
    writer = builders.make_user("writer@example.org", "Wilma Writer", "writer")
    builders.make_author("Wilma Writer", user=writer)
    return writer, builders.make_user("editor@example.org", "Edda Editor", "editor")


@pytest.fixture
def story(people):
    return builders.make_story(writer=people[0], status=Status.IN_REVIEW, body=STORY)


def opened(page, story):
    page.goto(f"/desk/articles/article/{story.pk}/change/")
    page.get_by_role("toolbar", name="Formatting").wait_for()
    return page


@pytest.fixture
def as_editor(open_as, people, story):
    return opened(open_as(people[1]), story)


def text_of(page):
    return page.locator(".ProseMirror[contenteditable=true]")


def posted(page):
    """Return what the form would send for the body, as the server would keep it."""
    return body.clean(page.eval_on_selector("#story", "form => new FormData(form).get('body')"))


def caret(page, block, offset):
    """Put the cursor into a block of the text, counted from 0, behind so many letters; -1 is its end."""
    choose(page, block, offset, block, offset)


def choose(page, block, offset, to_block, to_offset):
    text_of(page).evaluate(
        """async (root, [block, offset, toBlock, toOffset]) => {
            root.focus()
            const place = (block, offset) => {
                const node = root.children[block]
                const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT)
                let last = null
                while (walker.nextNode()) {
                    last = walker.currentNode
                    if (offset >= 0 && offset <= last.length) return [last, offset]
                    if (offset >= 0) offset -= last.length
                }
                return last ? [last, last.length] : [node, 0]
            }
            await new Promise((done) => { // the editor has heard of it, or there was nothing new to hear
                document.addEventListener("selectionchange", () => requestAnimationFrame(done), { once: true })
                document.getSelection().setBaseAndExtent(...place(block, offset), ...place(toBlock, toOffset))
                setTimeout(done, 200)
            })
        }""",
        [block, offset, to_block, to_offset],
    )


def test_words_that_come_and_go_are_suggestions_and_the_story_stays_as_it_was(as_editor):
    page = as_editor
    caret(page, 0, 5)
    page.keyboard.type(" and boats")
    choose(page, 1, 4, 1, 9)
    page.keyboard.type("minister")
    stored = posted(page)
    assert refused(stored) == STORY
    assert "Ships and boats can pass" in accepted(stored)
    assert "<p>The minister said it was a good day.</p>" in accepted(stored)
    first, second = open_suggestions(stored)
    assert (first.added, second.removed, second.added) == (" and boats".strip(), "mayor", "minister")


def test_letters_taken_out_one_by_one_are_one_suggestion_in_either_direction(as_editor):
    page = as_editor
    caret(page, 0, -1)
    for _ in range(7):
        page.keyboard.press("Backspace")
    caret(page, 1, 0)
    for _ in range(4):
        page.keyboard.press("Delete")
    stored = posted(page)
    assert refused(stored) == STORY
    assert [one.removed for one in open_suggestions(stored)] == ["again.", "The"]
    assert accepted(stored).startswith("<p>Ships can pass the old bridge</p><p>mayor said")


def test_a_split_a_join_and_a_deletion_across_paragraphs(as_editor):
    page = as_editor
    caret(page, 0, 14)
    page.keyboard.press("Enter")
    stored = posted(page)
    assert refused(stored) == STORY
    assert accepted(stored).startswith("<p>Ships can pass</p><p> the old bridge again.</p><p>The")

    caret(page, 2, 0)
    page.keyboard.press("Backspace")
    stored = posted(page)
    assert refused(stored) == STORY
    assert accepted(stored).startswith("<p>Ships can pass</p><p> the old bridge again.The mayor said")

    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert posted(page) == STORY

    choose(page, 0, 5, 3, 4)
    page.keyboard.press("Delete")
    stored = posted(page)
    assert refused(stored) == STORY
    assert accepted(stored).startswith("<p>Ships took <strong>four long</strong> months.</p><ul>")


def test_what_words_cannot_say_takes_blocks_out_and_puts_blocks_in(as_editor):
    page = as_editor
    caret(page, 1, 3)
    page.get_by_role("toolbar", name="Formatting").get_by_role("button", name="List", exact=True).click()
    stored = posted(page)
    assert refused(stored) == STORY
    assert accepted(stored).startswith("<p>Ships can pass the old bridge again.</p><ul><li>The mayor said")


def test_undo_and_redo_go_over_suggestions_as_over_words(as_editor):
    page = as_editor
    caret(page, 0, 5)
    page.keyboard.type(" x")
    suggested = posted(page)
    page.keyboard.press("Control+z")
    assert posted(page) == STORY
    page.keyboard.press("Control+Shift+z")
    assert accepted(posted(page)) == accepted(suggested)
    assert refused(posted(page)) == STORY


def test_whatever_is_done_refusing_it_all_gives_the_story_back_to_the_byte(as_editor):
    """Two hundred random things that a person at the keyboard does, with a fixed seed for each."""
    page = as_editor
    stored = STORY
    for seed in range(2):
        chance = random.Random(seed)
        for _ in range(50):
            count = text_of(page).evaluate("root => root.children.length")
            first, second = sorted((chance.randrange(count), chance.randrange(count)))
            if chance.random() < 0.6:
                second = first
            choose(page, first, chance.randrange(12), second, chance.choice([0, 5, 12, -1]))
            if chance.random() < 0.5:
                page.keyboard.press("ArrowRight")
            what = chance.choice(
                ["a", "b c", "Backspace", "Delete", "Enter", "Control+b", "Shift+Enter", "list", "quote"]
            )
            if what in {"list", "quote"}:
                page.keyboard.press("Control+Shift+8" if what == "list" else "Control+Shift+b")
            elif what in {"a", "b c"}:
                page.keyboard.type(what)
            else:
                page.keyboard.press(what)
            stored = posted(page)
            assert refused(stored) == STORY, (seed, what, stored)
            assert body.clean(stored) == stored
        page.get_by_role("button", name="Refuse all").click() if len(open_suggestions(stored)) > 1 else None


@pytest.mark.parametrize(
    ("first", "offset", "second", "to_offset"), [(0, 3, 4, 4), (2, 0, 4, 1), (2, 0, 4, 5), (4, 2, 5, 4)]
)
def test_enter_over_several_blocks_is_suggested_whatever_they_are(as_editor, first, offset, second, to_offset):
    page = as_editor
    choose(page, first, offset, second, to_offset)
    page.keyboard.press("Enter")
    page.keyboard.type("Then")
    stored = posted(page)
    assert refused(stored) == STORY
    assert "Then" in body.text(accepted(stored))


def suggested(story, editor, source):
    article = Article.objects.get(pk=story.pk)
    content = article.content().changed(body=source)
    return workflow.save_draft(article.pk, content=content, version=article.version, actor=editor, now=builders.NOW)


def marked(tag, words, number):
    return f'<{tag} data-suggestion="{number}">{words}</{tag}>'


#: Three suggestions: a word for a word, a new paragraph, a sentence that goes.
OFFERED = (
    STORY.replace("old", marked("del", "old", "first1") + marked("ins", "swing", "first1"))
    .replace(" It was", "")
    .replace(
        "<h2>",
        f'<p data-suggestion="second2" data-change="split">{marked("ins", "He cut a ribbon.", "second2")}</p><h2>',
    )
    .replace("Nobody was hurt.", marked("del", "Nobody was hurt.", "third3"))
)


def press(page, name):
    page.get_by_role("toolbar", name="Formatting").get_by_role("button", name=name, exact=True).click()


def test_an_editor_suggests_the_writer_accepts_one_and_refuses_one_and_the_editor_approves(open_as, people, story):
    writer, editor = people
    page = opened(open_as(editor), story)
    page.get_by_text("Suggesting: what you change is offered to the writer").wait_for()
    choose(page, 0, 19, 0, 22)
    page.keyboard.type("swing")
    caret(page, 1, -1)
    page.keyboard.type(" He cut a ribbon.")
    panel = page.get_by_role("region", name="Suggestions")
    panel.get_by_text("(2)").wait_for()
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("Saved.").wait_for()
    assert "2 suggestions are still open." in page.content()
    page.get_by_role("button", name="Send back").first.click()
    dialog = page.get_by_role("dialog", name="Send back")
    dialog.get_by_label("Note").fill("Two suggestions.")
    dialog.get_by_role("button", name="Send back").click()
    page.get_by_text("Sent back to its writer.").wait_for()

    page = opened(open_as(writer), story)
    assert page.get_by_role("button", name="Suggest", exact=True).get_attribute("aria-pressed") == "false"
    panel = page.get_by_role("region", name="Suggestions")
    assert panel.get_by_role("listitem").count() == 2
    assert panel.get_by_text("Edda Editor").count() >= 2
    panel.get_by_role("button", name="Accept the suggestion by Edda Editor: swing").click()
    panel.get_by_role("button", name="Refuse the suggestion by Edda Editor: He cut a ribbon.").click()
    panel.get_by_text("No suggestion is open.").wait_for()
    page.get_by_role("button", name="Submit for review").click()
    page.get_by_text("Submitted for review.").wait_for()
    assert Article.objects.get().body == STORY.replace("old bridge", "swing bridge")

    page = opened(open_as(editor), story)
    page.get_by_role("button", name="Approve").click()
    page.get_by_text("Approved.").wait_for()


def test_accept_all_and_refuse_all_can_be_undone(open_as, people, story):
    editor = people[1]
    suggested(story, editor, OFFERED)
    page = opened(open_as(editor), story)
    before = posted(page)
    both = (("Accept all", "Accepted", accepted(before)), ("Refuse all", "Refused", STORY))
    for name, done, settled in both:
        page.get_by_role("button", name=name).click()
        page.get_by_text(f"{done} 3 suggestions.").wait_for(state="attached")
        assert posted(page) == settled
        page.keyboard.press("Control+z")
        assert posted(page) == before
        page.get_by_role("button", name=name).wait_for()


def test_suggestions_are_gone_through_accepted_and_refused_by_keyboard_alone(open_as, people, story):
    editor = people[1]
    suggested(story, editor, OFFERED)
    page = opened(open_as(editor), story)
    page.get_by_role("textbox", name="Body").focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press("F8")
    row = page.locator(".in-suggestion")
    row.get_by_text("Edda Editor").wait_for()
    assert page.locator("#suggestions [aria-current=true] ins").inner_text().endswith("swing")
    page.keyboard.press("Alt+Enter")
    page.keyboard.press("F8")
    page.keyboard.press("Alt+Shift+Enter")
    page.keyboard.press("Shift+F8")
    page.get_by_text("Edda Editor suggests: remove “Nobody was hurt.”").wait_for(state="attached")
    page.keyboard.press("Alt+F10")
    (last,) = open_suggestions(posted(page))
    assert last.removed == "Nobody was hurt."
    assert refused(posted(page)) == STORY.replace("old bridge", "swing bridge")
    page.keyboard.press("Escape")
    press(page, "Keyboard help")
    page.get_by_role("dialog", name="Keyboard shortcuts").get_by_text("Refuse the suggestion at the cursor").wait_for()


def test_the_mode_is_remembered_for_the_story_in_this_tab_and_said_in_words(as_editor, story):
    page = as_editor
    page.get_by_role("textbox", name="Body").focus()
    page.keyboard.press("Control+Shift+e")
    page.get_by_text("Editing: what you change here changes the story itself.").wait_for()
    opened(page, story)
    assert page.get_by_role("button", name="Suggest", exact=True).get_attribute("aria-pressed") == "false"
    caret(page, 0, 0)
    page.keyboard.type("All ")
    assert posted(page) == STORY.replace("<p>Ships", "<p>All Ships")
    press(page, "Suggest")
    page.get_by_text("Suggesting: what you change is offered").wait_for()


def test_words_are_counted_without_what_is_only_suggested(open_as, people, story):
    editor = people[1]
    suggested(story, editor, OFFERED)
    page = opened(open_as(editor), story)
    page.get_by_text(f"{body.word_count(STORY)} words ·").wait_for()


def test_what_is_copied_from_a_suggestion_is_pasted_as_words(as_editor):
    page = as_editor
    caret(page, 0, 0)
    html = f"<p>{marked('ins', 'new', 'other1')}{marked('del', 'gone', 'other1')} words</p>"
    text_of(page).evaluate(
        """(node, html) => {
            const data = new DataTransfer()
            data.setData("text/html", html)
            node.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }))
        }""",
        html,
    )
    stored = posted(page)
    assert refused(stored) == STORY
    assert accepted(stored).startswith("<p>new wordsShips")


def test_somebody_who_may_only_read_sees_the_story_without_them_and_the_list(open_as, people, story):
    suggested(story, people[1], OFFERED)
    page = open_as(people[0])
    page.goto(f"/desk/articles/article/{story.pk}/change/")
    assert "Ships can pass the old bridge again." in page.locator(".reading").inner_text()
    assert page.get_by_role("region", name="Suggestions").get_by_role("listitem").count() == 3


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_story_with_suggestions_has_no_fault_that_axe_finds(open_as, people, story, width, scheme):
    editor = people[1]
    suggested(story, editor, OFFERED + '<hr data-suggestion="fourth4" data-change="insert">')
    page = opened(open_as(editor, width=width, scheme=scheme), story)
    page.get_by_role("textbox", name="Body").focus()
    page.keyboard.press("F8")
    page.locator(".in-suggestion").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = Axe().run(page).response["violations"]
    assert not found, [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found]


def test_a_composed_word_is_a_suggestion_from_its_first_letter_to_its_last(as_editor):
    """As a Japanese keyboard or a phone's writes: the browser composes, and nothing may disturb it until it is done."""
    page = as_editor
    caret(page, 0, 5)
    keyboard = page.context.new_cdp_session(page)
    for text in ("に", "にほ", "にほん"):
        keyboard.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
        assert refused(posted(page)) == STORY
    assert "Shipsにほん can" in accepted(posted(page))
    keyboard.send("Input.insertText", {"text": "日本"})
    text_of(page).locator("ins", has_text="日本").wait_for()
    stored = posted(page)
    assert refused(stored) == STORY
    assert "Ships日本 can" in accepted(stored)
    caret(page, 0, 7)
    page.keyboard.press("Control+z")
    assert posted(page) == STORY


def test_a_picture_that_is_taken_out_stays_until_somebody_agrees(open_as, people):
    writer, editor = people
    photo = builders.make_photo(writer)
    shown = f'<figure data-photo="{photo.pk}" data-alt="A quay" data-layout="full"><figcaption>The quay.</figcaption></figure>'
    source = f"<p>Before.</p>{shown}<p>After.</p>"
    page = opened(open_as(editor), builders.make_story(writer=writer, status=Status.IN_REVIEW, body=source))
    page.get_by_role("button", name="Remove", exact=True).first.click()
    page.get_by_role("region", name="Suggestions").get_by_text("picture removed").wait_for()
    stored = posted(page)
    assert refused(stored) == source
    assert accepted(stored) == "<p>Before.</p><p>After.</p>"
    page.get_by_role("button", name="Refuse the suggestion by Edda Editor").click()
    assert posted(page) == source

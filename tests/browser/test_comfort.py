"""Comfort at the desk, in a browser: shortcuts, find and replace, focus mode, right to left, the phone."""

import datetime as dt

import pytest
from axe_playwright_python.sync_playwright import Axe

from articles import workflow
from articles.models import Article
from tests import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def writer():
    user = builders.make_user("writer@example.org", "Wilma Writer", "writer")
    builders.make_author("Wilma Writer", user=user)
    return user


def text_of(page):
    return page.locator(".ProseMirror[contenteditable=true]")


@pytest.fixture
def write(open_as, writer):
    """Open the page of a story with this body."""

    def opened(source="<p>One.</p>", *, width=1280, height=900, **values):
        article = builders.make_story(writer=writer, body=source, **values)
        page = open_as(writer, width=width, height=height)
        page.goto(f"/desk/articles/article/{article.pk}/change/")
        page.get_by_role("toolbar", name="Formatting").wait_for()
        page.locator("#single-keys:not([disabled])").wait_for(state="attached")
        page.locator("#focus-mode:not([hidden])").wait_for()
        return page

    return opened


def posted(page):
    return page.eval_on_selector("textarea[name=body]", "area => area.value")


def wait_for_body(page, source):
    page.wait_for_function("source => document.querySelector('textarea[name=body]').value === source", arg=source)


# --- Find and replace ---------------------------------------------------------------------------------------------


def find(page, words):
    text_of(page).click()
    page.keyboard.press("Control+f")
    page.get_by_label("Find", exact=True).fill(words)
    return page.locator(".find-count")


def count_is(page, words):
    page.wait_for_function("words => document.querySelector('.find-count').value === words", arg=words)


def test_matches_are_counted_and_walked_through(write):
    page = write("<p>The bridge, the <strong>Bri</strong>dge and</p><ul><li>a footbridge</li></ul>")
    find(page, "bridge")
    page.wait_for_function("() => document.querySelector('.find-count').value.endsWith(' of 3')")
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Enter")
    page.get_by_label("Match case").check()
    page.wait_for_function("() => document.querySelector('.find-count').value.endsWith(' of 2')")
    page.get_by_label("Match case").uncheck()
    page.get_by_label("Whole words").check()
    page.wait_for_function("() => document.querySelector('.find-count').value.endsWith(' of 2')")
    assert page.locator(".find-current").count() >= 1
    page.get_by_label("Find", exact=True).fill("tunnel")
    count_is(page, "None found")


def test_all_are_replaced_as_one_step_that_undo_takes_back(write):
    source = "<p>One <em>ship</em>, two ships.</p><p>A ship. Ship!</p>"
    page = write(source)
    find(page, "ship")
    page.get_by_label("Replace with").fill("boat")
    page.get_by_role("button", name="Replace all").click()
    wait_for_body(page, "<p>One <em>boat</em>, two boats.</p><p>A boat. boat!</p>")
    page.wait_for_function("() => document.querySelector('.find-count').value.startsWith('4 replaced')")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+z")
    wait_for_body(page, source)


def test_one_is_replaced_and_the_next_is_shown(write):
    page = write("<p>aa aa aa</p>")
    text_of(page).click()
    page.keyboard.press("Control+Home")
    page.keyboard.press("Control+f")
    page.get_by_label("Find", exact=True).fill("aa")
    count_is(page, "1 of 3")
    page.get_by_label("Replace with").fill("aab")
    page.keyboard.press("Enter")
    wait_for_body(page, "<p>aab aa aa</p>")
    page.keyboard.press("Enter")
    wait_for_body(page, "<p>aab aab aa</p>")


def test_escape_closes_and_goes_back_to_the_text_with_the_match_chosen(write):
    page = write("<p>One bridge.</p>")
    find(page, "bridge")
    page.wait_for_function("() => document.querySelector('.find-count').value === '1 of 1'")
    page.keyboard.press("Escape")
    page.locator(".story-find").wait_for(state="hidden")
    page.keyboard.type("tunnel")
    wait_for_body(page, "<p>One tunnel.</p>")
    assert page.locator(".find-match").count() == 0


def test_quotation_marks_and_blanks_are_found_however_they_are_typed(write):
    page = write("<p>“Don’t,” said Ada. 10\u00a0000 boxes.</p>")
    find(page, "\"don't")
    count_is(page, "1 of 1")
    page.get_by_label("Find", exact=True).fill("10 000")
    count_is(page, "1 of 1")
    page.get_by_label("Find", exact=True).fill("(.*")
    count_is(page, "None found")


def test_finding_is_no_part_of_the_storys_form(write):
    page = write("<p>One.</p>")
    find(page, "One")
    page.keyboard.press("Enter")
    assert (
        page.evaluate(
            "[...new FormData(document.getElementById('story')).keys()].some(name => name.startsWith('find'))"
        )
        is False
    )
    assert Article.objects.get().version == 1


def test_fifty_thousand_words_are_found_and_replaced(write):
    paragraph = "<p>" + "the ship passed under a bridge by night and " * 11 + "stopped.</p>"
    page = write(paragraph * 500)
    find(page, "bridge")
    page.wait_for_function("() => document.querySelector('.find-count').value.endsWith(' of 5,500')")
    page.get_by_label("Replace with").fill("tunnel")
    page.get_by_role("button", name="Replace all").click()
    wait_for_body(page, (paragraph * 500).replace("bridge", "tunnel"))


# --- Shortcuts ----------------------------------------------------------------------------------------------------


def test_the_list_opens_with_a_question_mark_and_closes_with_escape(open_as, writer):
    page = open_as(writer)
    page.locator("#single-keys:not([disabled])").wait_for(state="attached")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    dialog.wait_for()
    assert dialog.get_by_text("Go to the stories").is_visible()
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")


def test_keys_go_to_pages_and_to_the_search(open_as, writer):
    page = open_as(writer)
    page.locator("#single-keys:not([disabled])").wait_for(state="attached")
    page.keyboard.press("/")
    page.wait_for_function("() => document.activeElement.id === 'bar-search'")
    page.keyboard.type("n?g")  # words, while somebody types
    assert page.locator("#bar-search").input_value() == "n?g"
    page.keyboard.press("Tab")
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url("**/desk/articles/article/")
    page.locator("#single-keys:not([disabled])").wait_for(state="attached")
    page.keyboard.press("n")
    page.wait_for_url("**/article/add/")


def test_single_keys_can_be_switched_off_and_stay_off(open_as, writer):
    page = open_as(writer)
    page.locator("#single-keys:not([disabled])").wait_for(state="attached")
    page.keyboard.press("?")
    page.get_by_label("Shortcuts of single keys are on").uncheck()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.reload()
    page.locator("#single-keys:not([disabled])").wait_for(state="attached")
    page.keyboard.press("?")
    page.keyboard.press("n")
    assert not page.get_by_role("dialog").is_visible()
    assert page.url.endswith("/desk/")


def test_the_buttons_and_the_text_of_a_story_are_a_key_away(write):
    page = write()
    page.keyboard.press("v")
    page.wait_for_function("() => document.activeElement.textContent.trim() === 'Save draft'")
    page.keyboard.press("e")
    page.wait_for_function("() => document.activeElement.classList.contains('ProseMirror')")


def test_every_shortcut_of_the_toolbar_stands_in_the_list(write):
    page = write()
    toolbar = page.eval_on_selector_all(
        ".story-toolbar [aria-keyshortcuts]",
        "all => all.map(b => [b.getAttribute('aria-label') ?? b.textContent.trim(), b.getAttribute('aria-keyshortcuts')])",
    )
    listed = dict(
        page.eval_on_selector_all(
            "#shortcuts [data-keys]", "all => all.map(r => [r.querySelector('dt').textContent.trim(), r.dataset.keys])"
        )
    )
    named = {"Find and replace": "Find and replace in the body", "Note": "Note on this passage"}
    assert len(toolbar) >= 10
    for label, keys in toolbar:
        assert listed[named.get(label, label)].replace("Mod", "Control").replace("-", "+") == keys, label


def test_the_editors_help_is_the_same_list(write):
    page = write()
    page.get_by_role("button", name="Keyboard help").click()
    page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()


# --- Focus mode ---------------------------------------------------------------------------------------------------


def test_focus_mode_leaves_nothing_but_the_text_and_is_kept_in_the_tab(write):
    page = write()
    page.get_by_role("button", name="Focus mode").click()
    page.locator(".bar").wait_for(state="hidden")
    assert not page.locator(".side").is_visible()
    assert page.get_by_label("Headline", exact=True).is_visible()
    page.reload()
    page.locator("body.focusing").wait_for()
    page.keyboard.press("Escape")
    page.locator(".bar").wait_for()
    page.keyboard.press("Control+Shift+F")
    page.locator("body.focusing").wait_for()


def test_escape_closes_what_is_nearest_first(write):
    page = write()
    page.keyboard.press("Control+Shift+F")
    page.locator("body.focusing").wait_for()
    find(page, "One")
    page.keyboard.press("Escape")
    page.locator(".story-find").wait_for(state="hidden")
    assert page.locator("body.focusing").count() == 1


def test_what_was_written_in_focus_mode_is_saved_by_keyboard(write):
    page = write()
    page.keyboard.press("Control+Shift+F")
    text_of(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Two.")
    page.keyboard.press("Control+s")
    page.get_by_text("Saved", exact=False).first.wait_for(state="attached")
    page.wait_for_load_state()
    page.wait_for_function("() => document.querySelector('textarea[name=body]').value.includes('Two.')")


# --- Right to left, languages -------------------------------------------------------------------------------------


def directions(page):
    return page.evaluate(
        """() => ["headline", "standfirst", "lead_caption"].map(name => document.querySelector(`[name=${name}]`))
             .concat(document.querySelector(".ProseMirror[contenteditable]")).map(e => `${e.lang} ${getComputedStyle(e).direction}`)"""
    )


@pytest.mark.parametrize(("language", "headline"), [("ar", "الجسر مفتوح"), ("he", "הגשר פתוח")])
def test_a_story_written_right_to_left_is_edited_right_to_left(write, language, headline):
    page = write("<p>שלום</p>", language=language, headline=headline)
    assert set(directions(page)) == {f"{language} rtl"}
    assert page.evaluate("getComputedStyle(document.querySelector('.story-toolbar')).direction") == "ltr"


def test_direction_and_spelling_follow_the_language_at_once(write):
    page = write()
    assert set(directions(page)) == {"en ltr"}
    page.get_by_label("Language", exact=True).select_option("he")
    assert set(directions(page)) == {"he rtl"}
    page.get_by_label("Language", exact=True).select_option("de")
    assert set(directions(page)) == {"de ltr"}


# --- History ------------------------------------------------------------------------------------------------------


def test_a_paragraph_comes_back_in_three_clicks_and_goes_again_in_one(open_as, writer):
    then = "<p>The bridge is open.</p><p>The mayor cut a ribbon at noon.</p><p>Ships pass.</p>"
    now = "<p>The bridge is open.</p><p>Ships pass.</p>"
    article = builders.make_story(writer=writer, body=then)
    workflow.save_draft(
        article.pk,
        content=article.content().changed(body=now),
        version=1,
        actor=writer,
        now=builders.NOW + dt.timedelta(hours=1),
    )
    page = open_as(writer)
    page.goto(f"/desk/articles/article/{article.pk}/change/")
    page.locator(".verbs").get_by_role("link", name="History").click()
    page.get_by_role("link", name="What changed").first.click()
    page.get_by_role("button", name="Restore this paragraph").click()
    page.get_by_text("The older words are back.").wait_for()
    assert Article.objects.get().body == then
    page.get_by_role("button", name="Undo", exact=True).first.click()
    page.get_by_text("The older words are back.").wait_for(state="detached")
    page.get_by_text("Restored from revision 2").first.wait_for()
    assert Article.objects.get().body == now


def test_a_story_starts_from_a_template(open_as, writer):
    editor = builders.make_user("editor@example.org", "Edda Editor", "editor")
    article = builders.make_story(writer=editor, headline="Market at noon", body="<p>Shares rose.</p>")
    page = open_as(editor)
    page.goto(f"/desk/articles/article/{article.pk}/change/")
    page.get_by_role("button", name="Save as template").click()
    page.get_by_role("dialog").get_by_role("textbox", name="Name").fill("Noon")
    page.get_by_role("dialog").get_by_role("button", name="Save as template").click()
    page.get_by_text("Kept as the template “Noon”").wait_for()
    start = open_as(writer)
    start.goto("/desk/articles/article/add/")
    start.get_by_role("link", name="Noon", exact=True).click()
    start.wait_for_url("**template=**")
    start.get_by_role("toolbar", name="Formatting").wait_for()
    assert start.get_by_label("Headline", exact=True).input_value() == "Market at noon"
    assert "Shares rose." in text_of(start).text_content()
    assert not Axe().run(start).response["violations"]


# --- The phone ----------------------------------------------------------------------------------------------------


def test_the_writing_page_fits_a_phone_and_keeps_its_buttons_in_reach(write):
    page = write("<p>Some words.</p>" * 40, **PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    text_of(page).click()
    box = page.get_by_role("button", name="Save draft").bounding_box()
    assert box["y"] + box["height"] <= PHONE["height"]
    assert page.get_by_role("button", name="Submit for review").bounding_box()["y"] < PHONE["height"]
    assert page.locator(".story-toolbar").bounding_box()["height"] < 60


# --- axe ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [390, 1280])
def test_pages_of_history_and_search_have_no_fault_that_axe_finds(open_as, writer, width):
    editor = builders.make_user("editor@example.org", "Edda Editor", "editor")
    row = builders.make_published(writer=writer, editor=editor)
    content = row.article.content().changed(headline="New", body="<p>Other words.</p>")
    workflow.save_draft(
        row.article_id, content=content, version=1, actor=writer, now=builders.NOW + dt.timedelta(hours=1)
    )
    page = open_as(writer, width=width)
    base = f"/desk/articles/article/{row.article_id}"
    faults = {}
    for url in (f"{base}/history/", f"{base}/history/?only=milestones", f"{base}/compare/", f"{base}/as-of/?at=2024-06-19T15:00",
                f"{base}/as-of/?at=2020-01-01T00:00", "/desk/search/?q=new&state=draft", "/desk/search/?q=zzz", f"{base}/change/"):  # fmt: skip
        page.goto(url)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), url
        if url.endswith("change/"):
            find(page, "Other")
        found = Axe().run(page).response["violations"]
        if found:
            faults[url] = [(fault["id"], [node["html"][:120] for node in fault["nodes"]]) for fault in found]
    page.keyboard.press("Escape")
    page.goto("/desk/")
    page.locator("#single-keys:not([disabled])").wait_for(state="attached")
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()
    found = Axe().run(page).response["violations"]
    if found:
        faults["shortcuts"] = [(fault["id"], [node["html"][:120] for node in fault["nodes"]]) for fault in found]
    assert not faults

"""The checks in a browser: they follow the words, and each leads to its place."""

import re

import pytest

from articles.models import Article
from tests.builders import make_story

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BODY = (
    '<p>One “open quotation.</p><h2>Tolls</h2><p>See <a href="https://example.org/">here</a>, where the bridge is.</p>'
)


@pytest.fixture
def page(open_as, writer):
    article = make_story(writer=writer, body=BODY, standfirst="Ships and people can pass.")
    opened = open_as(writer)
    opened.goto(article.get_absolute_url())
    expect(opened.locator(".ProseMirror[contenteditable=true]")).to_be_visible()
    return opened


def test_the_list_follows_the_words_and_says_only_its_counts(page):
    checks = page.locator("#checks")
    expect(checks).to_contain_text("does not say where it leads")
    expect(checks).not_to_contain_text("Stops it")
    page.get_by_label("Headline").fill("")
    expect(checks).to_contain_text("The story has no headline yet.")
    expect(page.locator("#checks-said")).to_have_text(re.compile("^1 thing stops the story, "))
    page.get_by_label("Headline").fill("The bridge opens again")
    expect(checks).not_to_contain_text("Stops it")
    expect(page.locator("#checks-said")).to_have_text(re.compile("^Nothing stops the story, "))


def test_a_jump_selects_the_block_in_the_editor(page):
    page.locator("#checks a", has_text="does not say where it leads").click()
    expect(page.locator(".ProseMirror[contenteditable=true]")).to_be_focused()
    page.wait_for_function("() => getSelection().toString() === 'See here, where the bridge is.'")
    page.locator("#checks a", has_text="opens and is not closed").click()
    page.wait_for_function("() => getSelection().toString() === 'One “open quotation.'")


def test_a_jump_by_keyboard_moves_the_focus_into_the_field(page):
    page.get_by_label("Standfirst").fill("")
    jump = page.locator("#checks a", has_text="There is no standfirst")
    expect(jump).to_be_visible()
    jump.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Standfirst")).to_be_focused()
    lead = page.locator("#checks a", has_text="There is no lead photo")
    lead.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Choose photo")).to_be_focused()
    assert Article.objects.count() == 1

"""A version of a story: what it consists of, and when two are the same."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.content import Byline, Label, Lead, Picture, StoryContent, direction, one_line, plain

STORY = StoryContent(
    headline="The bridge opens again",
    standfirst="After two years.",
    body="<p>Text</p>",
    slug="bridge",
    language="en",
    section=Label(2, "News › World", "news/world"),
    topics=(Label(1, "Bridges", "bridges"),),
    bylines=(Byline(1, "Ada Marsh", "ada-marsh", "writer", "Ada covers bridges."),),
    lead=Lead(Picture(5, "a" * 64, 2400, 1600, "Agency / Bo Lens"), "A bridge", "At dusk."),
    pictures=(Picture(6, "b" * 64, 800, 600, "Bo Lens"),),
)


def test_a_version_written_down_and_read_back_is_the_same():
    again = StoryContent.from_data(json.loads(json.dumps(STORY.to_data())))
    assert again == STORY
    assert again.hash == STORY.hash


CHANGES = {
    "headline": {"headline": "Other"},
    "standfirst": {"standfirst": "Other"},
    "body": {"body": "<p>Other</p>"},
    "slug": {"slug": "other"},
    "language": {"language": "de"},
    "section": {"section": Label(3, "News › Politics", "news/politics")},
    "topics": {"topics": ()},
    "a byline": {"bylines": (replace(STORY.bylines[0], name="A. Marsh"),)},
    "what an author did": {"bylines": (replace(STORY.bylines[0], role="photographer"),)},
    "an author’s note": {"bylines": (replace(STORY.bylines[0], note="Ada left."),)},
    "the lead photo": {"lead": None},
    "the lead’s caption": {"lead": replace(STORY.lead, caption="At dawn.")},
    "the lead’s alt text": {"lead": replace(STORY.lead, alt="A swing bridge")},
    "the lead’s credit": {"lead": replace(STORY.lead, picture=replace(STORY.lead.picture, credit="Bo Lens"))},
    "a picture’s credit in the text": {"pictures": (replace(STORY.pictures[0], credit="Agency"),)},
    "a picture’s bytes": {"pictures": (replace(STORY.pictures[0], digest="c" * 64),)},
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_a_reader_would_see_is_in_the_hash(what):
    assert STORY.changed(**CHANGES[what]).hash != STORY.hash


def test_equal_words_are_equal_bytes_however_they_were_typed():
    assert StoryContent(headline="Cafe\u0301").hash == StoryContent(headline="Café").hash


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "ltr"), ("ar", "rtl"), ("he-IL", "rtl"), ("AR-eg", "rtl"), ("ja", "ltr"), ("", "ltr")],
)
def test_arabic_and_hebrew_run_from_right_to_left(language, expected):
    assert direction(language) == expected


@given(st.text())
def test_a_line_has_no_breaks_controls_or_hidden_directions(text):
    line = one_line(text)
    assert "\n" not in line
    assert "\x00" not in line
    assert "\u202e" not in line
    assert one_line(line) == line


@given(st.text())
def test_plain_text_keeps_its_breaks_and_is_settled(text):
    assert plain(plain(text)) == plain(text)
    assert plain("a\r\nb") == "a\nb"

"""The table of shortcuts, and the languages that a newsroom writes in."""

import os
import subprocess
import sys

import pytest
from django.test import override_settings

from articles.desk.forms import StoryForm
from newsroom.shortcuts import GROUPS
from tests.builders import make_story

SINGLE = [shortcut for group in GROUPS if group.single for shortcut in group.shortcuts]


def test_no_two_single_keys_are_the_same_and_none_begins_another():
    keys = [shortcut.keys for shortcut in SINGLE]
    assert len(keys) == len(set(keys))
    assert not {key.split()[0] for key in keys if " " in key} & {key for key in keys if " " not in key}


def test_nothing_is_listed_twice():
    rows = [(shortcut.keys, shortcut.meaning) for group in GROUPS for shortcut in group.shortcuts]
    keys = [key for key, _ in rows if key != "Escape"]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("shortcut", SINGLE, ids=lambda shortcut: shortcut.keys)
def test_every_single_key_does_something(shortcut):
    assert shortcut.page or shortcut.press or shortcut.focus


def test_every_page_of_the_desk_lists_them(as_user, writer):
    html = as_user(writer).get("/desk/").content.decode()
    assert 'data-keys="g s" data-page="/desk/articles/article/"' in html
    assert "Find and replace in the body" in html


def test_readers_and_the_entrance_do_not_have_them(reader, db):
    for url in ("/", "/accounts/login/"):
        assert "data-keys" not in reader.get(url).content.decode()


class TestLanguages:
    @override_settings(STORY_LANGUAGES=[("ar", "Arabic"), ("en", "English")])
    def test_the_newsrooms_languages_are_offered(self, db):
        assert StoryForm(initial={"language": "en"}).fields["language"].choices == [("ar", "Arabic"), ("en", "English")]

    @override_settings(STORY_LANGUAGES=[("en", "English")])
    def test_a_story_keeps_a_language_that_is_offered_no_more(self, writer):
        article = make_story(writer=writer, language="he")
        assert ("he", "he") in StoryForm(instance=article).fields["language"].choices
        assert ("he", "he") not in StoryForm(initial={"language": "en"}).fields["language"].choices

    def test_words_are_drawn_in_the_direction_of_their_language(self, writer):
        form = StoryForm(instance=make_story(writer=writer, language="ar"))
        for name in ("headline", "standfirst", "body", "lead_caption", "lead_alt"):
            assert 'lang="ar"' in str(form[name])
            assert 'dir="rtl"' in str(form[name])

    @pytest.mark.parametrize(
        ("value", "printed"),
        [("en,ps=Pashto", "[('en', 'English'), ('ps', 'Pashto')]"), ("en,xx", "STORY_LANGUAGES names xx")],
    )
    def test_the_setting_is_read_and_refused(self, value, printed):
        code = "from newsroom import settings; print(settings.STORY_LANGUAGES)"
        env = {
            **os.environ,
            "STORY_LANGUAGES": value,
            "DEBUG": "1",
            "DATABASE_URL": "postgresql://nobody@localhost/none",
        }
        done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
        assert printed in done.stdout + done.stderr

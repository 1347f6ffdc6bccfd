"""Several people write at once, answers get lost, the server dies in the middle: no acknowledged word is missing.

A word counts as acknowledged when the server answered that it saved it, or kept it. Afterwards it must stand in the
story, in one of its revisions, or among the unsaved words that its writer's page offers.
"""

import itertools
import re
from unittest import mock

import pytest
from django.db import OperationalError
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.models import Article, Revision, Unsaved
from articles.statuses import Status
from tests.articles.test_autosave import of
from tests.articles.test_desk import form_of
from tests.builders import make_story, make_user

_words = itertools.count(1)

steps = st.lists(
    st.tuples(
        st.integers(0, 2),  # who
        st.sampled_from(["type", "type", "add", "cut", "headline", "save", "save", "choose", "lost", "dies", "reload"]),
        st.integers(0, 5),  # where
        st.sampled_from(["theirs", "mine", "both"]),
    ),
    min_size=5,
    max_size=30,
)


class Page:
    """One person's open writing page, as autosave.js runs it."""

    def __init__(self, user, article):
        self.client = Client(raise_request_exception=False)
        self.client.force_login(user)
        self.user, self.article = user, article
        self.tab = f"tab-{user.pk}"
        self.acknowledged = set()
        self.clashes = []
        self.load()

    def load(self):
        article = Article.objects.get(pk=self.article.pk)
        self.form = form_of(article, tab=self.tab)
        self.clashes = []

    def paragraphs(self):
        return re.findall(r"<p>(.*?)</p>", self.form["body"])

    def write(self, paragraphs):
        self.form["body"] = "".join(f"<p>{text}</p>" for text in paragraphs)

    def type(self, where):
        texts = self.paragraphs() or ["Begun."]
        texts[where % len(texts)] += f" word{next(_words)}"
        self.write(texts)

    def add(self, where):
        texts = self.paragraphs()
        texts.insert(where % (len(texts) + 1), f"New word{next(_words)}")
        self.write(texts)

    def cut(self, where):
        texts = self.paragraphs()
        if len(texts) > 1:
            del texts[where % len(texts)]
        self.write(texts)

    def headline(self):
        self.form["headline"] = f"Headline word{next(_words)}"

    def save(self, choice=None, *, answer_arrives=True):
        choices = dict.fromkeys(self.clashes, choice) if choice else {}
        answer = self.client.post(of(self.article, "autosave"), self.form | choices)
        if not answer_arrives:
            return
        if answer.status_code == 500:
            return
        said = answer.json()
        if said["state"] in {"saved", "kept", "clash"}:
            self.acknowledged |= set(re.findall(r"word\d+", self.form["headline"] + self.form["body"]))
        self.clashes = sorted(set(re.findall(r'name="(clash:[^"]+)"', said.get("panel", ""))))
        if said["state"] == "saved":
            self.form["version"] = said["version"]
            self.form |= {name: value for name, value in said["take"].items() if name in {"headline", "body"}}


@pytest.mark.django_db
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_every_word_that_the_server_acknowledged_is_there(db, script):
    people = [make_user(f"w{number}@example.org", f"Writer {number}", "editor") for number in range(3)]
    article = make_story(writer=people[0], body="<p>One.</p><p>Two.</p><p>Three.</p>")
    pages = [Page(person, article) for person in people]
    for who, what, where, choice in script:
        page = pages[who]
        if what in {"type", "add", "cut"}:
            getattr(page, what)(where)
        elif what == "headline":
            page.headline()
        elif what == "save":
            page.save()
        elif what == "choose":
            page.save(choice)
        elif what == "lost":
            page.save(answer_arrives=False)
        elif what == "dies":
            with mock.patch(
                "articles.workflow.revisions.Revision.objects.create", side_effect=OperationalError("killed")
            ):
                page.save()
        else:
            page.load()

    revisions = Revision.objects.filter(article=article)
    in_history = {word for revision in revisions for word in re.findall(r"word\d+", revision.story.to_json())}
    for page in pages:
        offered = Unsaved.objects.open().of(page.user, article)
        kept = {word for row in offered for _, value in row.fields for word in re.findall(r"word\d+", value)}
        assert page.acknowledged <= in_history | kept
    newest = revisions.newest_first().first()
    assert newest.content_hash == Article.objects.get(pk=article.pk).content().hash
    assert Article.objects.get(pk=article.pk).status == Status.DRAFT

"""Making a template from a story, and again from another: who may, and how it is refused."""

import datetime as dt

from django.db import transaction

from articles.content import one_line
from articles.models import Article
from articles.recurring.models import StoryTemplate, template_from
from articles.workflow import TransitionRefused
from authors.models import User


def save_as_template(
    article_id: int, *, name: str, actor: User, now: dt.datetime, replace: bool = False
) -> StoryTemplate:
    """Keep a story's words as a template; with `replace`, in the place of the one that has this name.

    Raises TransitionRefused with a sentence for somebody who may not, for no name, and for a name that is taken.
    """
    if not actor.has_perm("recurring.add_storytemplate"):
        raise TransitionRefused("Your role does not allow making templates.")
    name = one_line(name)[:80].strip()
    if not name:
        raise TransitionRefused("A template needs a name.")
    with transaction.atomic():
        article = Article.objects.select_related("section__parent").filter(pk=article_id).first()
        if article is None:
            raise TransitionRefused("There is no such story.")
        template = template_from(article, name=name, by=actor.pk, now=now)
        there = StoryTemplate.objects.select_for_update().filter(name__iexact=name).first()
        if there is not None:
            if not replace:
                raise TransitionRefused(
                    f"There is already a template called “{there}”. Tick “replace”, or name it otherwise."
                )
            template.pk, template.name = there.pk, there.name
        template.save()
    return template

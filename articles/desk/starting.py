"""What a new story can start from: nothing, or a template."""

from typing import Any

from django.http import HttpRequest

from articles.content import StoryContent
from articles.desk.forms import StoryForm
from articles.models import Article
from articles.recurring.models import StoryTemplate

#: How many templates the page of a new story lists; all of them are in the list of templates.
_MOST = 40


def chosen(request: HttpRequest) -> StoryTemplate | None:
    """Return the template that the address names, or None. One query where it names one."""
    number = request.GET.get("template", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return StoryTemplate.objects.select_related("section__parent").filter(pk=int(number)).first()


def initial(template: StoryTemplate) -> dict[str, Any]:
    """Return what the form of a new story starts with. Four queries."""
    content: StoryContent = template.content_today()
    section = template.section_id or (content.section.pk if content.section else None)
    return {
        "headline": content.headline,
        "standfirst": content.standfirst,
        "body": content.body,
        "language": content.language,
        "section": section,
        "topics": [topic.pk for topic in content.topics],
        "lead_photo": content.lead.picture.photo if content.lead else None,
        "lead_alt": content.lead.alt if content.lead else "",
        "lead_caption": content.lead.caption if content.lead else "",
    }


def panel(request: HttpRequest, article: Article | None, *, form: StoryForm) -> dict[str, Any]:
    """Return what the page of a new story offers to start from. One query, none on a story's own page."""
    if article is not None:
        return {"templates": []}
    return {
        "templates": list(StoryTemplate.objects.offered()[:_MOST]),
        "template": request.GET.get("template", ""),
        # words that nobody saved yet, though nobody typed them
        "from_template": not form.is_bound and bool(form.initial.get("headline") or form.initial.get("body")),
    }

"""The list of templates on the desk: editors rename, place and delete them; words come from a story only."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from articles.recurring.models import StoryTemplate


@admin.register(StoryTemplate)
class StoryTemplateAdmin(admin.ModelAdmin):
    """Templates by name."""

    list_display = ("name", "section", "created_by", "changed_at", "start")
    list_select_related = ("section__parent", "created_by")
    search_fields = ("name",)
    fields = ("name", "section", "words")
    readonly_fields = ("words",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse here: a template is made on the page of a story."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[StoryTemplate]:
        """Return rows without their words, but on a template's own page."""
        rows = super().get_queryset(request)
        match = request.resolver_match
        return rows.defer("content") if match and match.url_name == "recurring_storytemplate_changelist" else rows

    @admin.display(description="Starts with")
    def words(self, template: StoryTemplate) -> str:
        """Return the headline and standfirst that it begins with."""
        story = template.story
        return " – ".join(part for part in (story.headline, story.standfirst) if part) or "No headline."

    @admin.display(description="")
    def start(self, template: StoryTemplate) -> SafeString:
        """Return the link that starts a story."""
        url = f"{reverse('admin:articles_article_add')}?template={template.pk}"
        return format_html(
            '<a href="{}">Start a story<span class="visually-hidden"> from {}</span></a>', url, template.name
        )

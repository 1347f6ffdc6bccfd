"""Stories on the desk: the list, and where each of a story's pages is."""

from collections.abc import Callable
from typing import cast

from django.contrib import admin
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from articles.desk import as_of, autosave, checks, copies, history, noting, preview, sharing, story
from articles.desk.story_list import StoryList
from articles.models import Article, Section
from articles.models.article import ArticleQuerySet
from articles.statuses import Status


class StateFilter(admin.SimpleListFilter):
    """States as the desk speaks of them; “scheduled” is one."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Offer every state, and scheduled."""
        return [*[(value, str(label)) for value, label in Status.choices], ("scheduled", "Scheduled")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Article]) -> QuerySet[Article]:
        """Return the stories in that state; an unknown word filters nothing."""
        if self.value() == "scheduled":
            return queryset.filter(status=Status.APPROVED, publish_at__isnull=False)
        return queryset.filter(status=self.value()) if self.value() in Status.values else queryset


class SectionFilter(admin.SimpleListFilter):
    """A section with its subsections."""

    title = "section"
    parameter_name = "section"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Offer the sections by path. One query."""
        self.sections = sorted(Section.objects.with_parent(), key=str)
        return [(section.path, str(section)) for section in self.sections]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Article]) -> QuerySet[Article]:
        """Return the stories of that section; an unknown path filters nothing."""
        path = self.value()
        wanted = [section.pk for section in self.sections if f"{section.path}/".startswith(f"{path}/")]
        return queryset.filter(section__in=wanted) if wanted else queryset


class MineFilter(admin.SimpleListFilter):
    """One's own stories."""

    title = "whose"
    parameter_name = "mine"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Offer one's own."""
        return [("1", "My stories")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Article]) -> QuerySet[Article]:
        """Return the stories that this person started, is to write or stands under."""
        return cast("ArticleQuerySet", queryset).of(story.person(request)) if self.value() else queryset


@admin.register(Article)
class ArticleAdmin(admin.ModelAdmin):
    """The list of all stories, and the story's own pages instead of the stock form."""

    list_display = ("headline_or_not", "state_pill", "section", "who", "changed")
    list_display_links = ("headline_or_not",)
    list_filter = (MineFilter, StateFilter, SectionFilter)
    search_fields = ("headline", "slugline", "slug")
    search_help_text = "Words of the headline, the slugline or the slug"
    sortable_by = ()
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    actions = None
    ordering = ("-changed_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        """Return rows without their bodies."""
        return Article.objects.for_lists()

    def get_changelist(self, request: HttpRequest, **kwargs: object) -> type[StoryList]:
        """Read the list by keyset."""
        return StoryList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Article], search_term: str
    ) -> tuple[QuerySet[Article], bool]:
        """Search what stories are called, by its index; the desk’s search looks through their words."""
        return cast("ArticleQuerySet", queryset).called(search_term), False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse: stories are spiked, never deleted."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """Return the addresses of a story's pages; each is behind the desk's door."""

        def behind_the_door(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
            return self.admin_site.admin_view(view)

        own = [
            path("<int:story_id>/history/", behind_the_door(history.timeline), name="articles_article_history"),
            path("<int:story_id>/compare/", behind_the_door(history.compare), name="articles_article_compare"),
            path("<int:story_id>/duplicate/", behind_the_door(copies.duplicate), name="articles_article_duplicate"),
            path("<int:story_id>/template/", behind_the_door(copies.make_template), name="articles_article_template"),
            path("<int:story_id>/restore/", behind_the_door(history.restore), name="articles_article_restore"),
            path("<int:story_id>/as-of/", behind_the_door(as_of.as_of), name="articles_article_as_of"),
            path("<int:story_id>/preview/", behind_the_door(preview.preview), name="articles_article_preview"),
            path("<int:story_id>/sharing/", behind_the_door(sharing.sharing), name="articles_article_sharing"),
            path(
                "<int:story_id>/sharing/<int:link_id>/revoke/",
                behind_the_door(sharing.revoke),
                name="articles_article_unshare",
            ),
            path("add/preview/", behind_the_door(preview.preview), name="articles_article_preview_new"),
            path("<int:story_id>/checks/", behind_the_door(checks.look), name="articles_article_checks"),
            path("add/checks/", behind_the_door(checks.look), name="articles_article_checks_new"),
            path("<int:story_id>/autosave/", behind_the_door(autosave.autosave), name="articles_article_autosave"),
            path("add/autosave/", behind_the_door(autosave.autosave), name="articles_article_autosave_new"),
            path("<int:story_id>/words/", behind_the_door(autosave.words), name="articles_article_words"),
            path("<int:story_id>/here/", behind_the_door(autosave.here), name="articles_article_here"),
            path("<int:story_id>/unsaved/", behind_the_door(autosave.take_over), name="articles_unsaved_take_over"),
            path("add/unsaved/", behind_the_door(autosave.take_over), name="articles_unsaved_take_over_new"),
            path(
                "unsaved/<int:number>/throw-away/",
                behind_the_door(autosave.throw_away),
                name="articles_unsaved_throw_away",
            ),
            path("<int:story_id>/notes/", behind_the_door(noting.write), name="articles_article_notes"),
            path(
                "<int:story_id>/notes/<int:note_id>/<slug:verb>/",
                behind_the_door(noting.act),
                name="articles_article_note",
            ),
            path("<int:story_id>/do/<slug:verb>/", behind_the_door(story.do), name="articles_article_do"),
        ]
        return [*own, *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, bool] | None = None
    ) -> HttpResponse:
        """Show the writing page for a new story."""
        return story.new_story(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, bool] | None = None
    ) -> HttpResponse:
        """Show the story page."""
        return story.story(request, object_id)

    @admin.display(description="Headline", ordering="headline")
    def headline_or_not(self, article: Article) -> str:
        """Return the headline, or that there is none yet."""
        return str(article)

    @admin.display(description="State")
    def state_pill(self, article: Article) -> SafeString:
        """Return the state as a pill, and the embargo as another while it stands."""
        state = "scheduled" if article.is_scheduled else article.status
        pill = format_html('<span class="status" data-status="{}">{}</span>', state, article.state)
        return format_html("{} {}", pill, render_to_string("desk/_embargo_mark.html", {"article": article}))

    @admin.display(description="Bylines")
    def who(self, article: Article) -> str:
        """Return the names under the story, or who started it."""
        names = [str(byline) for byline in article.bylines.all()] or [str(article.created_by)]
        more = len(names) - 3
        return ", ".join(names[:3]) + (f" and {more} more" if more > 0 else "")

    @admin.display(description="Changed")
    def changed(self, article: Article) -> SafeString:
        """Return how long ago the story was changed; the moment with its zone shows on pointing."""
        at = timezone.localtime(article.changed_at)
        moment = date_format(at, "j F Y, H:i T")
        return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), moment, naturaltime(at))

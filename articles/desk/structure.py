"""Sections and topics on the desk: who may name them stands in the table of roles."""

from django.contrib import admin
from django.db.models import ForeignKey
from django.forms import ModelChoiceField, ModelForm
from django.http import HttpRequest

from articles.desk.story import person
from articles.models import Section, Topic


class _NeverDeleted:
    """Published stories stand in them for ever."""

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse: sections and topics are renamed, never deleted."""
        return False

    def save_model(self, request: HttpRequest, obj: Section | Topic, form: ModelForm, change: bool) -> None:
        """Keep who changed the words that readers see: four eyes ask for it."""
        if change and set(form.changed_data) - {"position"}:
            obj.changed_by = person(request)
        obj.save()


@admin.register(Section)
class SectionAdmin(_NeverDeleted, admin.ModelAdmin):
    """Sections in the order of the navigation."""

    list_display = ("__str__", "path", "position")
    list_select_related = ("parent",)
    search_fields = ("name", "slug")
    fields = ("name", "slug", "parent", "position")
    prepopulated_fields = {"slug": ("name",)}  # noqa: RUF012 - Django's own way

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: object
    ) -> ModelChoiceField | None:
        """Offer top-level sections only as parents: there are two levels."""
        if db_field.name == "parent":
            kwargs["queryset"] = Section.objects.top_level()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Topic)
class TopicAdmin(_NeverDeleted, admin.ModelAdmin):
    """Topics by name."""

    list_display = ("name", "slug")
    search_fields = ("name", "slug")
    fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}  # noqa: RUF012 - Django's own way

"""The plan of a story on its own page, and the form that the page, the budget and a new line share.

Decides how planning facts are typed and shown. Who may change them, and which are refused, is `workflow.arrange`.
"""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from articles import workflow
from articles.desk.forms import SectionChoice
from articles.desk.times import LocalTime, LocalTimeInput, Typed
from articles.models import Article
from articles.planning import FACTS
from authors.models import User
from authors.roles import Role, allows

_REVIEWERS = [role for role in Role if allows(role, "articles.review")]


class DueInput(LocalTimeInput):
    """The field as it is drawn in a line of the budget: the time alone."""

    def format_value(self, value: Typed) -> str:
        """Return what was typed."""
        return value.text


class DueTime(LocalTime):
    """When copy is due, by the newsroom's clock. Of an hour that comes twice the first is meant: sooner is safer."""

    widget = DueInput

    def clean(self, value: Any) -> dt.datetime | None:
        """Return the moment, or raise ValidationError."""
        return super().clean(Typed(value.text, value.fold or "0") if isinstance(value, Typed) else value)


class PlanForm(forms.Form):
    """Planning facts as they are typed. What was not sent is not meant: see `given`."""

    slugline = forms.CharField(label="Slugline", required=False, help_text="A short working name: bridge-opens.")
    brief = forms.CharField(label="Brief", required=False, widget=forms.Textarea(attrs={"rows": 5}))
    assigned_to = forms.ModelChoiceField(
        label="Writer", required=False, queryset=User.objects.none(), empty_label="Nobody"
    )
    asked_editor = forms.ModelChoiceField(
        label="Editor", required=False, queryset=User.objects.none(), empty_label="Whoever is free"
    )
    due_at = DueTime(label="Due", required=False)
    words_planned = forms.IntegerField(label="Words", required=False)
    pictures_planned = forms.IntegerField(label="Pictures", required=False)

    def __init__(self, *args: Any, article: Article | None = None, actor: User, **options: Any) -> None:
        if article is not None:
            options["initial"] = {name: getattr(article, name) for name in FACTS} | (options.get("initial") or {})
        super().__init__(*args, **{"label_suffix": "", **options})
        self.fields["assigned_to"].queryset = writers(actor, article)  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["asked_editor"].queryset = reviewers(article)  # type: ignore[attr-defined]  # a ModelChoiceField
        for name, most in (("words_planned", 100_000), ("pictures_planned", 500)):
            self.fields[name].widget.attrs |= {"min": 0, "max": most, "inputmode": "numeric"}
        self.fields["slugline"].widget.attrs |= {"maxlength": 60, "autocapitalize": "off"}
        self.fields["brief"].widget.attrs["maxlength"] = 4_000

    def given(self) -> dict[str, Any]:
        """Return the facts that were sent, of a valid form, as `workflow.arrange` takes them."""
        return {name: self.cleaned_data[name] for name in FACTS if name in self.fields and name in self.data}

    def sentences(self) -> str:
        """Return what is wrong with the form, in one line."""
        lines = [
            f"{self.fields[name].label}: {error}" if name in self.fields else str(error)
            for name, errors in self.errors.items()
            for error in errors
        ]
        return " ".join(lines)


class LineForm(PlanForm):
    """A new line in the budget: a plan, and the section in which the story is to stand."""

    section = SectionChoice(label="Section", required=False, empty_label="No section yet")


def writers(actor: User, article: Article | None) -> QuerySet[User]:
    """Return to whom this person may assign a story: everybody for editors, and else who has it and oneself."""
    there = Q(pk=article.assigned_to_id) if article and article.assigned_to_id else Q(pk=actor.pk)
    if actor.has_perm("articles.assign"):
        return User.objects.filter(Q(is_active=True) | there)
    return User.objects.filter(Q(pk=actor.pk) | there)


def reviewers(article: Article | None) -> QuerySet[User]:
    """Return who can be asked to review: active editors, and who was asked already."""
    there = Q(pk=article.asked_editor_id) if article and article.asked_editor_id else Q(pk=0)
    return User.objects.filter(Q(is_active=True, role__in=_REVIEWERS) | there)


def panel(article: Article | None, actor: User, *, now: dt.datetime, form: PlanForm | None = None) -> dict[str, Any]:
    """Return what the story page's panel for the plan needs. Three queries at most."""
    if article is None:
        return {"plan": None}
    may = not workflow.may_arrange(article, actor=actor)
    return {
        "plan": article,
        "plan_form": form or (PlanForm(article=article, actor=actor, auto_id="plan_%s") if may else None),
        "plan_now": now,
    }

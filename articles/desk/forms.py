"""The forms of the desk: what a person typed becomes a StoryContent, or a sentence about what is wrong with it.

Decides how fields are named and cleaned. Whether the story may change is the verb's to say. A form never
saves anything itself.
"""

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.functional import cached_property

from articles import body
from articles.bylines import BylineRole
from articles.conditions import slug_for, slug_is_free
from articles.content import Byline, Lead, StoryContent, direction, one_line, plain
from articles.desk.times import LocalTime
from articles.editor import BodyWidget
from articles.models import Article, Section, Topic
from articles.models import Byline as BylineRow
from articles.models.article import byline, picture, pictures_of, section_label, topic_label
from articles.models.structure import SLUG
from authors.models import Author, User
from media.models import Photo

#: The id of the page's form: its fields stand in two columns, between other forms.
STORY = "story"


class SectionChoice(forms.ModelChoiceField):
    """Sections by their whole path, News › World, in the order of the navigation."""

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=Section.objects.with_parent(), **options)

    def label_from_instance(self, obj: Section) -> str:
        """Return News › World."""
        return str(obj)


class Line(forms.CharField):
    """One line of text, settled before its length is judged: NFC can make text longer."""

    def to_python(self, value: Any) -> str:
        """Return one line without control characters."""
        return one_line(super().to_python(value) or "")


class BodyField(forms.CharField):
    """A body in its stored form, whatever was sent."""

    def to_python(self, value: Any) -> str:
        """Return clean HTML."""
        return body.clean(super().to_python(value) or "")


class StoryForm(forms.ModelForm):
    """What a story says, except who stands under it."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)
    section = SectionChoice(label="Section", required=False, empty_label="Choose a section")
    slug = forms.CharField(
        label="Slug",
        required=False,
        max_length=120,
        validators=[SLUG],
        help_text="Last part of the story’s address. Left empty, it is made from the headline.",
    )
    language = forms.ChoiceField(label="Language", choices=settings.STORY_LANGUAGES)
    topics = forms.ModelMultipleChoiceField(
        label="Topics", required=False, queryset=Topic.objects.all(), widget=forms.CheckboxSelectMultiple
    )
    lead_photo = forms.ModelChoiceField(
        label="Lead photo", required=False, queryset=Photo.objects.all(), widget=forms.HiddenInput
    )

    class Meta:
        model = Article
        fields = (
            "headline",
            "standfirst",
            "body",
            "section",
            "topics",
            "slug",
            "language",
            "lead_photo",
            "lead_alt",
            "lead_caption",
        )
        field_classes = {  # noqa: RUF012 - Django's own way
            "headline": Line,
            "standfirst": Line,
            "body": BodyField,
            "lead_alt": Line,
            "lead_caption": Line,
        }
        widgets = {  # noqa: RUF012 - Django's own way
            "headline": forms.Textarea(attrs={"rows": 1, "placeholder": "Headline", "class": "headline"}),
            "standfirst": forms.Textarea(
                attrs={
                    "rows": 2,
                    "placeholder": "Standfirst: what happened, in a sentence or two",
                    "class": "standfirst",
                }
            ),
            "body": BodyWidget(),
            "lead_caption": forms.Textarea(attrs={"rows": 3}),
            "lead_alt": forms.Textarea(attrs={"rows": 2}),
        }
        labels = {  # noqa: RUF012 - Django's own way
            "headline": "Headline",
            "standfirst": "Standfirst",
            "body": "Body",
            "lead_alt": "Alt text",
            "lead_caption": "Caption",
        }
        help_texts = {  # noqa: RUF012 - Django's own way
            "lead_caption": "What this story says of the picture. The credit is the picture’s own.",
            "lead_alt": "What the picture shows, for those who cannot see it.",
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **options})
        for field in self.fields.values():
            field.widget.attrs["form"] = STORY
        language = str(self["language"].value() or settings.LANGUAGE_CODE)
        choices = settings.STORY_LANGUAGES
        if language not in dict(choices) and language == self.instance.language:
            choices = [*choices, (language, language)]  # a story in a language that is offered no more keeps it
        self.fields["language"].choices = choices  # type: ignore[attr-defined]  # a field with choices
        for name in ("headline", "standfirst", "body", "lead_caption", "lead_alt"):
            self.fields[name].widget.attrs |= {"lang": language, "dir": direction(language)}

    def clean_slug(self) -> str:
        """Refuse a slug that another story still to come has, and offer a free one."""
        slug: str = self.cleaned_data["slug"]
        if slug and slug != self.instance.slug and not slug_is_free(slug, article=self.instance):
            free = slug_for(slug, article=self.instance)
            raise forms.ValidationError(
                f"Another story on the desk has this slug. “{free}” is free.", code="slug_taken"
            )
        return slug

    def clean(self) -> dict[str, Any]:
        """Keep nobody’s caption for a photo that is not there."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not data.get("lead_photo") and (data.get("lead_caption") or data.get("lead_alt")):
            self.add_error(
                "lead_caption", "There is no lead photo for this caption. Choose one, or take the words out."
            )
        return data

    def _post_clean(self) -> None:
        """Leave the instance as it is: only verbs change a story."""


class BylineForm(forms.Form):
    """One person under the story."""

    author = forms.ModelChoiceField(label="Author", queryset=Author.objects.active(), empty_label="Choose an author")
    role = forms.ChoiceField(label="Role", choices=BylineRole.choices, initial=BylineRole.WRITER)
    printed_name = Line(label="Printed as", required=False, max_length=120)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **options})
        for field in self.fields.values():
            field.widget.attrs["form"] = STORY

    def has_changed(self) -> bool:
        """Count every row that names somebody, whether or not it stood there before; an empty row is nobody."""
        return bool(self["author"].data or self["printed_name"].data)


class _Bylines(forms.BaseFormSet):
    """Everybody under a story, in order, nobody twice in one role."""

    ordering_widget = forms.HiddenInput
    deletion_widget = forms.HiddenInput

    @cached_property
    def authors(self) -> QuerySet[Author]:
        """Who can stand under it: everybody active, and who stands there already, though inactive by now."""
        there = [line["author"] for line in self.initial or ()]
        return Author.objects.filter(Q(is_active=True) | Q(pk__in=there))

    @cached_property
    def choices(self) -> list[tuple[int | str, str]]:
        """Return the authors as choices, read once for all rows."""
        return [("", "Choose an author"), *self.authors.values_list("pk", "name")]

    def add_fields(self, form: BylineForm, index: int | None) -> None:
        """Let the order and the mark of a row taken out belong to the page's form, too."""
        super().add_fields(form, index)
        author = form.fields["author"]
        author.queryset = self.authors  # type: ignore[attr-defined]  # a field with choices
        author.choices = self.choices  # type: ignore[attr-defined]  # a field with choices
        for name in ("ORDER", "DELETE"):
            form.fields[name].widget.attrs["form"] = STORY

    def clean(self) -> None:
        """Refuse the same author twice in one role."""
        if not self.management_form.is_valid() or any(self.errors):
            return
        if self.total_form_count() < 0:
            raise forms.ValidationError("The form came back broken. Load the page again.")
        seen = set()
        for form in self.ordered_forms:
            line = (form.cleaned_data.get("author"), form.cleaned_data.get("role"))
            if line[0] is not None and line in seen:
                raise forms.ValidationError(f"{line[0]} stands under the story twice in the same role.")
            seen.add(line)

    def bylines(self) -> tuple[Byline, ...]:
        """Return the bylines as printed, in order. No query beyond validation's."""
        lines = [form.cleaned_data for form in self.ordered_forms if form.cleaned_data.get("author")]
        return tuple(byline(line["author"], role=line["role"], printed_name=line["printed_name"]) for line in lines)


BylineFormSet = forms.formset_factory(
    BylineForm,
    formset=_Bylines,
    extra=0,
    can_order=True,
    can_delete=True,
    max_num=40,
    validate_max=True,
    absolute_max=41,
)


def initial_bylines(article: Article | None, author: Author | None) -> list[dict[str, Any]]:
    """Return what the byline rows start with: the story's, or before its first words whoever is to write it."""
    if article is None:
        return [{"author": author.pk, "role": BylineRole.WRITER}] if author else []
    rows = list(BylineRow.objects.filter(article=article).order_by("position", "pk"))
    if not rows and article.is_planned and article.assigned_to_id:
        return initial_bylines(None, Author.objects.active().filter(user=article.assigned_to_id).first())
    return [{"author": row.author_id, "role": row.role, "printed_name": row.printed_name} for row in rows]


def content_of(form: StoryForm, bylines: Any) -> StoryContent:
    """Return the version that two valid forms describe. One query, for the photos in the text."""
    data = form.cleaned_data
    lead: Photo | None = data["lead_photo"]
    photos = Photo.objects.in_bulk([figure.photo for figure in body.figures(data["body"])])
    return StoryContent(
        headline=data["headline"],
        standfirst=data["standfirst"],
        body=data["body"],
        slug=data["slug"],
        language=data["language"],
        section=section_label(data["section"]),
        topics=tuple(topic_label(topic) for topic in data["topics"].order_by("name")),
        bylines=bylines.bylines(),
        lead=Lead(picture(lead), data["lead_alt"], data["lead_caption"]) if lead else None,
        pictures=pictures_of(data["body"], photos),
    )


def typed(content: StoryContent) -> dict[str, Any]:
    """Return what the form's fields hold for a version, by name; `bylines` as a list of rows. No query.

    The opposite of `content_of`, for a page that takes over what others saved.
    """
    lead = content.lead
    return {
        "headline": content.headline,
        "standfirst": content.standfirst,
        "body": content.body,
        "slug": content.slug,
        "language": content.language,
        "section": content.section.pk if content.section else "",
        "topics": [topic.pk for topic in content.topics],
        "lead_photo": lead.picture.photo if lead else "",
        "lead_alt": lead.alt if lead else "",
        "lead_caption": lead.caption if lead else "",
        "bylines": [[line.author, line.role, line.name] for line in content.bylines],
    }


class GivenWithVerb(forms.Form):
    """What the buttons ask for: a note, a time, a reason. Which of them is needed, the verb says."""

    note = forms.CharField(label="Note", required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 4}))
    publish_at = LocalTime(label="Publish at", required=False)
    embargo_until = LocalTime(label="Embargo until", required=False)
    embargo_reason = Line(label="Whose embargo, and why", required=False, max_length=300)
    lift = forms.BooleanField(required=False)
    override_reason = forms.CharField(label="Reason for approving your own words", required=False, max_length=500)
    content_hash = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean_note(self) -> str:
        """Return text without control characters; a note may have paragraphs."""
        return plain(self.cleaned_data["note"]).strip()


class GivenWithSubmit(forms.Form):
    """What may be said on submitting: a word to the editors, and who is asked to read it."""

    submit_note = forms.CharField(required=False, max_length=5_000)
    asked_editor = forms.ModelChoiceField(User.objects.filter(is_active=True), required=False)

    @property
    def says_whom(self) -> bool:
        """Tell whether the form had the choice at all; without it, whoever was asked stays asked."""
        return "asked_editor" in self.data

    def clean_submit_note(self) -> str:
        """Return text without control characters; a note may have paragraphs."""
        return plain(self.cleaned_data["submit_note"]).strip()

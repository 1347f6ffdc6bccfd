"""The photo library's pages on the desk: the grid, upload, the page of one photo, and the editor's picker.

Decides what the pages show and ask. Every change goes through `library.py`, which checks permission itself: a
forged POST gains nothing here.
"""

from typing import Any, ClassVar, cast, override

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST, require_safe

from authors.models import User
from media import library
from media.models import Photo, PhotoQuerySet
from media.upload import ACCEPT, UploadRefused

CREDIT_PARTS = ("agency", "photographer", "source", "distributor")
WORDS = ("alt", "caption", *CREDIT_PARTS)
GRID_PAGE = 48
# How many photos the grid counts and pages through; older ones are found by searching.
COUNTED = 4_800
PICKER_PAGE = 24
PICKER_MOST = 100


class WordsForm(forms.ModelForm):
    """What people say of a photo: alt text, caption and the parts of its credit."""

    class Meta:
        model = Photo
        fields = WORDS
        widgets: ClassVar = {"alt": forms.Textarea(attrs={"rows": 2}), "caption": forms.Textarea(attrs={"rows": 3})}


class UploadForm(WordsForm):
    """The same with the file. Whether the file is a picture is for the library to say."""

    file = forms.FileField(
        label="File",
        allow_empty_file=True,  # so that the library's own sentence is read
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        help_text="JPEG, PNG, WebP or AVIF, as large as you have it: the smaller sizes are made here.",
    )
    field_order = ("file", *WORDS)

    def add_to_library(self, actor: User) -> Photo | None:
        """Upload, or return None with the library's sentence beside the file."""
        try:
            return library.add_photo(
                file=self.cleaned_data["file"], actor=actor, **{name: self.cleaned_data[name] for name in WORDS}
            )
        except UploadRefused as refusal:
            self.refusal = refusal
            self.add_error("file", refusal.sentence)
            return None

    refusal: UploadRefused | None = None

    @property
    def existing(self) -> Photo | None:
        """The photo that was there first, where the same bytes were sent again."""
        return self.refusal.photo if isinstance(self.refusal, library.AlreadyInLibrary) else None

    def first_error(self) -> str:
        """Return one sentence for a place that has room for one, with the field it is about."""
        for name, errors in self.errors.items():
            label = "" if name in {"file", "__all__"} else f"{self.fields[name].label}: "
            return f"{label}{errors[0]}"
        return ""


class GridPaginator(Paginator):
    """Counts no further than it pages, so that the grid costs the same at a million photos."""

    @cached_property
    def count(self) -> int:
        """Number of photos, at most COUNTED. One query."""
        photos = cast("QuerySet[Photo]", self.object_list)
        return photos.order_by()[:COUNTED].count()


class UploaderFilter(admin.SimpleListFilter):
    """One's own uploads."""

    title = "uploader"
    parameter_name = "by"

    @override
    def lookups(self, request: HttpRequest, model_admin: "admin.ModelAdmin[Photo]") -> list[tuple[str, str]]:
        """Offer oneself; everybody is offered by Django."""
        return [("me", "Me")]

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[Photo]) -> QuerySet[Photo]:
        """Keep one's own where asked."""
        return queryset.filter(uploaded_by=_person(request)) if self.value() == "me" else queryset


class CreditFilter(admin.SimpleListFilter):
    """Photos that nobody has credited yet."""

    title = "credit"
    parameter_name = "credit"

    @override
    def lookups(self, request: HttpRequest, model_admin: "admin.ModelAdmin[Photo]") -> list[tuple[str, str]]:
        """Offer what is missing."""
        return [("missing", "Missing")]

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[Photo]) -> QuerySet[Photo]:
        """Keep those without any part where asked."""
        if self.value() == "missing":
            return queryset.filter(**dict.fromkeys(CREDIT_PARTS, ""))
        return queryset


def _person(request: HttpRequest) -> User:
    """Return who is signed in; the desk lets nobody else come this far."""
    return cast("User", request.user)


def item(photo: Photo) -> dict[str, Any]:
    """Return what the picker and the writing page know of a photo, ready for JSON."""
    picture = photo.picture
    return {
        "id": photo.pk,
        "digest": photo.digest,
        "title": photo.title,
        "alt": photo.alt,
        "caption": photo.caption,
        "credit": photo.credit_line,
        "width": photo.width,
        "height": photo.height,
        "thumb": picture.thumb,
        "thumb_width": picture.thumb_width,
        "thumb_height": picture.thumb_height,
    }


def _numbers(text: str, most: int) -> list[int]:
    """Return the numbers of a comma-separated list; what is not a number is left out."""
    parts = (part.strip() for part in text.split(",")[:most])
    return [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 19]


@admin.register(Photo)
class PhotoAdmin(admin.ModelAdmin):
    """The library on the desk."""

    form = WordsForm
    fieldsets = (
        ("What it shows", {"fields": ("alt", "caption")}),
        (
            "Credit",
            {
                "fields": CREDIT_PARTS,
                "description": "Printed under the picture wherever it stands, as "
                "Agency / Photographer / Source via Distributor. Leave empty what does not apply.",
            },
        ),
    )
    search_fields = ("caption", "alt", *CREDIT_PARTS)
    search_help_text = "Words from the caption, the alt text or the credit"
    list_filter = (UploaderFilter, CreditFilter)
    list_display = ("title",)
    list_per_page = GRID_PAGE
    list_max_show_all = 0
    show_facets = admin.ShowFacets.NEVER
    paginator = GridPaginator
    show_full_result_count = False
    actions = None
    ordering = ("-id",)
    change_list_template = "admin/media/photo/change_list.html"
    change_form_template = "admin/media/photo/change_form.html"

    class Media:
        css: ClassVar = {"all": ("media/library.css",)}

    # --- Who may do what: the library's rules --------------------------------------------------------------

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        """As the library says."""
        return library.may_add(_person(request))

    @override
    def has_change_permission(self, request: HttpRequest, obj: Photo | None = None) -> bool:
        """As the library says; without a photo, whether there is any that this person may change."""
        if obj is None:
            return super().has_change_permission(request)
        return library.may_change(_person(request), obj)

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Photo | None = None) -> bool:
        """Nobody: stories keep their pictures."""
        return False

    # --- Pages ---------------------------------------------------------------------------------------------

    @override
    def get_urls(self) -> list[URLPattern]:
        """Add the picker and the upload for the writing page."""
        return [
            path("picker/", self.picker_view, name="media_photo_picker"),
            path("upload/", self.upload_view, name="media_photo_upload"),
            *super().get_urls(),
        ]

    @override
    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Photo], search_term: str
    ) -> tuple[QuerySet[Photo], bool]:
        """Search by the library's own rule."""
        return cast("PhotoQuerySet", queryset).search(search_term), False

    @override
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the grid."""
        return super().changelist_view(request, {"title": "Photos", "counted": COUNTED, **(extra_context or {})})

    @override
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the page of one photo and take what is changed there."""
        context = {"show_save_and_add_another": False, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    @override
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the upload page and take what is sent to it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid() and (photo := form.add_to_library(_person(request))):
            self.log_addition(request, photo, [{"added": {}}])
            if not photo.credit:
                messages.warning(request, "Uploaded. It has no credit yet: say who took it, or where it came from.")
            else:
                messages.success(request, f"Uploaded. Its credit is printed as: {photo.credit_line}")
            return HttpResponseRedirect(photo.get_absolute_url())
        context = {
            **self.admin_site.each_context(request),
            "title": "Upload a photo",
            "opts": self.opts,
            "media": self.media,
            "form": form,
            "credit_fields": [form[name] for name in CREDIT_PARTS],
            **(extra_context or {}),
        }
        return TemplateResponse(request, "media/upload.html", context, status=400 if request.method == "POST" else 200)

    @override
    def save_model(self, request: HttpRequest, obj: Photo, form: "forms.ModelForm[Photo]", change: bool) -> None:
        """Let the library change it; photos are never added this way."""
        if not change:
            raise PermissionDenied
        library.change_photo(photo=obj, actor=_person(request), **{name: form.cleaned_data[name] for name in WORDS})

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Photo]:
        """Fetch the uploader along, for the page names them; leave out what is there for searching only."""
        return super().get_queryset(request).select_related("uploaded_by").defer("searched")

    # --- For the writing page ------------------------------------------------------------------------------

    @method_decorator((never_cache, require_safe))
    def picker_view(self, request: HttpRequest) -> JsonResponse:
        """Answer with photos as JSON: `?q=` words, `?after=` the `next` of the page before, or `?ids=1,2`.

        Newest first and keyset-paged; `ids` keeps the order asked for. One query beside the session's two.
        """
        refusal = self._refusal(request, "media.view_photo")
        if refusal:
            return refusal
        photos = Photo.objects.defer("searched")
        if "ids" in request.GET:
            wanted = _numbers(request.GET["ids"], PICKER_MOST)
            found = photos.in_bulk(wanted)
            return JsonResponse({"results": [item(found[pk]) for pk in wanted if pk in found], "next": None})
        photos = photos.search(request.GET.get("q", ""))
        for photo_id in _numbers(request.GET.get("after", ""), 1):
            photos = photos.uploaded_before(photo_id)
        page = list(photos.order_by("-id")[: PICKER_PAGE + 1])
        shown = page[:PICKER_PAGE]
        more = len(page) > PICKER_PAGE
        return JsonResponse({"results": [item(photo) for photo in shown], "next": shown[-1].pk if more else None})

    @method_decorator((never_cache, require_POST, csrf_protect))
    def upload_view(self, request: HttpRequest) -> JsonResponse:
        """Take one file into the library, as multipart: `file`, `alt`, `caption` and the parts of the credit.

        Answers 201 with the picker's item, or 400 with `error`, a sentence; `existing` is the item that was
        there first when the same bytes are sent again.
        """
        refusal = self._refusal(request, "media.add_photo")
        if refusal:
            return refusal
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid() and (photo := form.add_to_library(_person(request))):
            self.log_addition(request, photo, [{"added": {}}])
            return JsonResponse(item(photo), status=201)
        answer: dict[str, Any] = {"error": form.first_error()}
        if form.existing:
            answer["existing"] = item(form.existing)
        return JsonResponse(answer, status=400)

    def _refusal(self, request: HttpRequest, permission: str) -> JsonResponse | None:
        """Return the answer to somebody who may not: JSON, for a script reads it, not a sign-in page."""
        if not self.admin_site.has_permission(request):
            return JsonResponse({"error": "You are signed out. Sign in again in another tab, then repeat."}, status=401)
        if not _person(request).has_perm(permission):
            return JsonResponse({"error": "You may not do that."}, status=403)
        return None

"""The story editor: which of its parts are on, and the form widget that carries them.

Decides what a writer can put into a body. It offers what `body.py` allows and nothing more; `body.clean` has the
last word on whatever arrives. How the parts work is in `static/articles/editor/`.
"""

from typing import Any

from django.forms import Media as DjangoMedia
from django.urls import reverse_lazy
from django_prose_editor.widgets import ProseEditorWidget
from js_asset import ImportMap, Media, static_lazy

_FOLDER = "articles/editor"

#: Extensions by name, as django-prose-editor's “configurable” preset wants them. Names with Story, News, Pull,
#: Paste and Word, Sugg, Insertion and Deletion are exported by the modules below; the others are the library's. Order
#: is order of priority.
EXTENSIONS: dict[str, Any] = {
    "Bold": True,
    "Italic": True,
    "Strike": True,
    "Superscript": True,
    "Subscript": True,
    "Insertion": True,
    "Deletion": True,
    "HardBreak": True,
    "Heading": {"levels": [2, 3]},
    "BulletList": True,
    "StoryOrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "HorizontalRule": True,
    "History": True,
    "Placeholder": {"placeholder": "Write the story"},
    "PullQuote": True,
    "StoryLink": True,
    "StoryTable": True,
    "TableRow": True,
    "StoryHeaderCell": True,
    "StoryCell": True,
    "NewsFigure": {
        "picker": reverse_lazy("admin:media_photo_picker"),
        "upload": reverse_lazy("admin:media_photo_upload"),
    },
    "PasteCleaner": True,
    "WordCount": True,
    "StoryFind": True,
    "StoryDesk": True,
    "StoryNotes": True,
    "Suggesting": True,
    "Suggestions": True,
    # The toolbar is ours, and writers want their spelling checked.
    "Menu": False,
    "NoSpellCheck": False,
}

#: Modules import each other by these names, so that hashed file names and one copy of each work out.
_NAMES = ("dialogs", "paste", "photos", "remote", "suggest", "suggestions", "toolbar")
_MODULES = ImportMap(
    {f"story-editor/{name}": f"{_FOLDER}/{name}.js" for name in _NAMES} | {"desk/story": "desk/story.js"}
)


class BodyWidget(ProseEditorWidget):
    """The text area of a story's body, grown into the story editor where there is JavaScript."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, config={"extensions": EXTENSIONS}, preset="configurable")

    def get_config(self) -> dict[str, Any]:
        """Return the configuration for the page, with the addresses of our extensions."""
        modules = [static_lazy(f"{_FOLDER}/{name}.js") for name in ("editor", "notes", "find")]
        return {**super().get_config(), "js_modules": modules}

    @property
    def media(self) -> DjangoMedia:
        """Scripts with their import map, and the sheets in the order that lets ours win."""
        media: DjangoMedia = super().media + Media(
            importmap=_MODULES, css={"all": ["django_prose_editor/editor.css", f"{_FOLDER}/editor.css"]}
        )
        return media

"""Every shortcut of the desk, in one table.

Decides which keys do what and how they are listed. The dialog under `?` and `docs/writing.md` are made from this
table; `static/desk/shortcuts.js` reads the rows of the dialog. The keys inside the story editor belong to its own
modules and are listed here so that people find them in one place; a browser test holds both together.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shortcut:
    """Keys and what they do.

    `keys` is as typed: `g h` one after the other, `Mod-S` with Control or Command. `page` names a page to go to,
    `press` is a CSS selector of what is clicked, `focus` of what gets the focus. With none of them, somebody else
    listens for the keys.
    """

    keys: str
    meaning: str
    page: str = ""
    press: str = ""
    focus: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Shortcuts that work in one place."""

    title: str
    shortcuts: tuple[Shortcut, ...]
    single: bool = False


GROUPS: tuple[Group, ...] = (
    Group(
        "Everywhere on the desk",
        (
            Shortcut("?", "This list", press="[commandfor=shortcuts]"),
            Shortcut("/", "Search all stories", page="search", focus="#bar-search"),
            Shortcut("n", "New story", page="articles_article_add"),
            Shortcut("g h", "Go to the home page", page="index"),
            Shortcut("g s", "Go to the stories", page="articles_article_changelist"),
            Shortcut("g b", "Go to the board", page="board"),
            Shortcut("g c", "Go to the calendar", page="calendar"),
            Shortcut("g p", "Go to the photos", page="media_photo_changelist"),
            Shortcut("g a", "Go to the authors", page="authors_author_changelist"),
            Shortcut("g t", "Go to the story templates", page="recurring_storytemplate_changelist"),
        ),
        single=True,
    ),
    Group(
        "On a story",
        (
            Shortcut("e", "To the text", focus="#story .ProseMirror[contenteditable], #story textarea[name=body]"),
            Shortcut("v", "To the buttons: save, submit, approve, publish", focus=".verbs .button:not([hidden])"),
            Shortcut("m", "New note", focus="#note-text"),
            Shortcut("h", "History of the story", press=".verbs a[href$='/history/']"),
        ),
        single=True,
    ),
    Group(
        "While writing",
        (
            Shortcut("Mod-S", "Save draft"),
            Shortcut("Mod-Shift-F", "Focus mode: nothing but the text"),
            Shortcut("Escape", "Leave focus mode"),
            Shortcut("Mod-F", "Find and replace in the body"),
            Shortcut("Mod-Alt-M", "Note on this passage"),
            Shortcut("Alt-F10", "To the toolbar"),
            Shortcut("Escape", "From the toolbar to the text"),
            Shortcut("Escape Tab", "Out of the text, also from a list or table"),
            Shortcut("Shift-Enter", "New line, same paragraph"),
        ),
    ),
    Group(
        "Formatting",
        (
            Shortcut("Mod-B", "Bold"),
            Shortcut("Mod-I", "Italic"),
            Shortcut("Mod-K", "Link"),
            Shortcut("Mod-Alt-2", "Heading"),
            Shortcut("Mod-Alt-3", "Subheading"),
            Shortcut("Mod-Shift-8", "List"),
            Shortcut("Mod-Shift-7", "Numbered list"),
            Shortcut("Mod-Shift-B", "Quotation"),
            Shortcut("Mod-Shift-S", "Struck through"),
            Shortcut("Mod-Z", "Undo"),
            Shortcut("Mod-Shift-Z", "Redo"),
        ),
    ),
    Group(
        "Suggestions",
        (
            Shortcut("Mod-Shift-E", "Suggest"),
            Shortcut("F8", "Next suggestion"),
            Shortcut("Shift-F8", "Suggestion before"),
            Shortcut("Alt-Enter", "Accept the suggestion at the cursor"),
            Shortcut("Alt-Shift-Enter", "Refuse the suggestion at the cursor"),
        ),
    ),
)

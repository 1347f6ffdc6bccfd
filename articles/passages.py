"""Notes stay on their words: what is done to their positions when a body changes.

Decides which notes are moved, and when one counts as having lost its passage. Where a passage went is worked out
in `anchors.py`. Called by `workflow/` inside the transaction of every save.
"""

from articles import anchors, body
from articles.models import Article, Note


def carry(article: Article, *, old: str, new: str) -> None:
    """Move the notes of a story from the words of one stored body to those of the next. Two queries at most.

    Resolved notes move as well, for they can be reopened. A note whose passage is gone keeps its quotation, and
    finds its place again when those words come back, as they do when an earlier revision is restored.
    """
    if old == new:
        return
    notes = list(Note.objects.on_passages().filter(article=article))
    if not notes:
        return
    held = [(note.start, note.end) for note in notes if note.start is not None and note.end is not None]
    edit = anchors.Edit(body.flat(old), body.flat(new), held)
    moved = []
    for note in notes:
        if note.start is not None and note.end is not None:
            now = edit.follow(note.start, note.end)
        else:
            now = anchors.find(edit.new, note.quote)
        place = (now.start, now.end) if now else (None, None)
        if place != (note.start, note.end):
            note.start, note.end = place
            moved.append(note)
    Note.objects.bulk_update(moved, ["start", "end"], batch_size=500)


def place(article: Article, quote: str, *, near: int) -> tuple[int | None, int | None]:
    """Return where words stand in a story's body as it is kept, nearest to `near`; (None, None) if nowhere."""
    found = anchors.find("".join(body.flat(article.body)), quote, near=near)
    return (found.start, found.end) if found else (None, None)

"""What the side column says of a story while it is written: what it lacks, before an editor has to.

Advice only. What really stops a story stands among the conditions in `conditions.py`.
"""

from dataclasses import dataclass

from articles import body
from articles.content import StoryContent


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: fine or not, in words, and the field where it can be mended."""

    passed: bool
    words: str
    field: str


def run(content: StoryContent) -> list[Check]:
    """Return the checks of a version, in the order of the page. No query."""
    figures = body.figures(content.body)
    uncredited = [picture for picture in content.pictures if not picture.credit]
    looked_at = [
        Check(bool(content.headline), "Headline", "headline"),
        Check(bool(content.standfirst), "Standfirst", "standfirst"),
        Check(bool(body.text(content.body).strip()), "Text", "body"),
        Check(content.section is not None, "Section", "section"),
        Check(bool(content.bylines), "Byline", "bylines"),
        Check(content.lead is not None, "Lead photo", "lead_photo"),
    ]
    if content.lead is not None:
        looked_at.append(Check(bool(content.lead.alt), "Alt text of the lead photo", "lead_alt"))
        looked_at.append(Check(bool(content.lead.picture.credit), "Credit of the lead photo", "lead_photo"))
    if figures:
        looked_at.append(Check(not uncredited, "Credits of the pictures in the text", "body"))
        looked_at.append(Check(all(figure.alt for figure in figures), "Alt texts of the pictures in the text", "body"))
    return looked_at

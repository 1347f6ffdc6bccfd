"""Stories in the database, from the working copy to what readers see."""

from articles.models.article import Article, Byline
from articles.models.looks import Look
from articles.models.notes import Note
from articles.models.published import PublishedArticle, Redirect
from articles.models.record import Approval, Event, Revision
from articles.models.structure import Section, Topic
from articles.models.words import StoryWords
from articles.models.writing import Presence, Unsaved

__all__ = [
    "Approval",
    "Article",
    "Byline",
    "Event",
    "Look",
    "Note",
    "Presence",
    "PublishedArticle",
    "Redirect",
    "Revision",
    "Section",
    "StoryWords",
    "Topic",
    "Unsaved",
]

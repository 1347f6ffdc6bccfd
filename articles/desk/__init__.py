"""The staff door: the story page, lists, history, comparison and preview, as pages of the desk.

Importing this package registers the desk's pages for stories, sections and topics. Every change that a page
makes to a story goes through a verb of `articles.workflow`.
"""

from articles.desk import stories, structure

__all__ = ["stories", "structure"]

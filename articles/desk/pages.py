"""Where the desk's own pages are that belong to no one story: a line a page, each behind the desk's door."""

from collections.abc import Callable

from django.http import HttpResponse

from articles.desk import arranging, board, budget, calendar

#: Route under `/desk/`, view, name within `admin:`.
PAGES: tuple[tuple[str, Callable[..., HttpResponse], str], ...] = (
    ("board/", board.board, "board"),
    ("board/<int:story_id>/", board.card, "board_card"),
    ("board/<int:story_id>/<slug:verb>/", board.move, "board_move"),
    ("calendar/", calendar.page, "calendar"),
    ("calendar/move/<int:story_id>/", calendar.move, "calendar_move"),
    ("budget/", budget.budget, "budget"),
    ("budget/<int:story_id>/", budget.line, "budget_line"),
    ("plan/<int:story_id>/", arranging.plan, "plan"),
)

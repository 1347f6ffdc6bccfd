"""Demo charts. Every figure in them is invented, and the same as in the story that shows it."""

import math

from newsroom.demo.canvas import Canvas, Pen, Point, fade, mix

INK = "#1d2329"
QUIET = "#6b7178"


def _chart(pen: Pen, canvas: Canvas, title: str, subtitle: str, source: str) -> None:
    """Set what every chart has: a title, what is measured in which unit, and where it is from."""
    pen.text(130, 158, title, 66, INK, "ls")
    pen.text(130, 228, subtitle, 42, QUIET, "ls")
    pen.line([(130, canvas.height - 118), (canvas.width - 130, canvas.height - 118)], 2, fade(INK, 0.25))
    pen.text(130, canvas.height - 64, source, 32, QUIET, "ls")
    pen.box(130, 66, 226, 78, "#a3262a")


def hemicycle(canvas: Canvas) -> None:
    """The 121 seats of the invented Assembly, coloured by how they voted."""
    width = canvas.width
    canvas.wash([(0, "#faf6ee"), (1, "#f0e9db")])
    seats: list[tuple[float, float, float]] = []
    rows, total = 6, 121
    radii = [430 + 105 * row for row in range(rows)]
    for row, radius in enumerate(radii):
        share = round(total * radius / sum(radii))
        if row == rows - 1:
            share = total - len(seats)
        for seat in range(share):
            angle = math.pi * (1 - seat / (share - 1))
            seats.append((angle, 1200 + math.cos(angle) * radius, 1250 - math.sin(angle) * radius))
    seats.sort(key=lambda seat: -seat[0])
    votes = (("For", 63, "#1f5b73"), ("Abstained", 7, "#b9b2a2"), ("Against", 51, "#b5482f"))
    with canvas.layer(blur=9, opacity=0.35) as pen:
        for _, x, y in seats:
            pen.oval(x + 5, y + 12, 37, 37, "#3a2f22")
    with canvas.layer() as pen:
        number = 0
        for _, count, colour in votes:
            for _, x, y in seats[number : number + count]:
                pen.oval(x, y, 38, 38, colour)
                pen.oval(x - 6, y - 8, 26, 24, fade(mix(colour, "#ffffff", 0.5), 0.25))
            number += count
        pen.text(1200, 1150, "63 : 51", 150, INK, "ms")
        pen.text(1200, 1216, "61 needed", 46, QUIET, "ms")
        pen.text(130, 150, "How the Assembly voted on the tide barrier", 64, INK, "ls")
        pen.text(130, 216, "121 seats; each dot is a member", 42, QUIET, "ls")
        x = 130
        for words, count, colour in votes:
            pen.oval(x + 20, 1420, 20, 20, colour)
            pen.text(x + 58, 1420, f"{words} {count}", 46, INK, "lm")
            x += 420
        pen.text(130, 1520, "Source: Journal of the Assembly. Graphic: Newsroom Graphics", 32, QUIET, "ls")
        pen.line([(130, 1470), (width - 130, 1470)], 2, fade(INK, 0.25))
    canvas.finish(0.02, 0.06)


def tide_chart(canvas: Canvas) -> None:
    """The highest tide of each year at an invented gauge, with its trend and the level that floods the quay."""
    rng, width, height = canvas.rng, *canvas.size
    canvas.wash([(0, "#faf7f0"), (1, "#f3eee3")])
    left, right, top, bottom = 200, width - 330, 330, height - 230
    years = list(range(1964, 2025))
    levels = [2.62 + 0.0088 * (year - 1964) + 0.10 * math.sin(year / 2.9) + rng.gauss(0, 0.09) for year in years]
    levels[years.index(1987)] = 3.31
    levels[-1] = 3.52

    def at(year: float, level: float) -> Point:
        return left + (year - 1964) / 60 * (right - left), bottom - (level - 2.2) / 1.5 * (bottom - top)

    with canvas.layer() as pen:
        _chart(
            pen,
            canvas,
            "Higher water at Port Orrin",
            "Highest tide of each year at the customs-house gauge, metres above datum",
            "Source: Halmere Hydrographic Office. Graphic: Newsroom Graphics",
        )
        for tenth in range(22, 37, 2):
            y = at(1964, tenth / 10)[1]
            pen.line([(left, y), (right, y)], 1.5, fade(INK, 0.14))
            pen.text(left - 26, y, f"{tenth / 10:.1f}", 36, QUIET, "rm")
        for year in range(1964, 2025, 10):
            x = at(year, 2.2)[0]
            pen.line([(x, bottom), (x, bottom + 12)], 2, fade(INK, 0.5))
            pen.text(x, bottom + 56, str(year), 36, QUIET, "ms")
        pen.line([(left, bottom), (right, bottom)], 3, INK)
        points = [at(year, level) for year, level in zip(years, levels, strict=True)]
        pen.shape([*points, (right, bottom), (left, bottom)], fade("#1f5b73", 0.10))
        flood = at(1964, 3.2)[1]
        pen.dashes([(left + i * 4, flood) for i in range(int((right - left) / 4) + 1)], 3.5, "#a3262a", 26, 16)
        pen.text(left + 14, flood - 20, "The quay floods", 38, "#a3262a", "ls")
        pen.line(points, 5, "#1f5b73")
        for x, y in points:
            pen.oval(x, y, 7, 7, "#1f5b73")
            pen.oval(x, y, 3.4, 3.4, "#faf7f0")
        pen.line([at(1964, 2.6), at(2024, 3.14)], 5, fade("#c98a2b", 0.9))
        pen.text(right + 30, at(2024, 3.14)[1], "Trend", 40, "#a8711a", "lm")
        for year, level, words in ((1987, 3.31, "The storm of 1987"), (2024, 3.52, "2024: 3.52 m")):
            x, y = at(year, level)
            pen.oval(x, y, 15, 15, "#a3262a")
            pen.text(x, y - 34, words, 40, INK, "ms" if year == 1987 else "rs")
    canvas.finish(0.02, 0)


def freight_chart(canvas: Canvas) -> None:
    """Containers through an invented port by quarter, the strike picked out."""
    width, height = canvas.size
    canvas.wash([(0, "#faf7f0"), (1, "#f3eee3")])
    left, right, top, bottom = 220, width - 130, 340, height - 260
    bars = (
        ("Q1", 184), ("Q2", 197), ("Q3", 205), ("Q4", 191), ("Q1", 199), ("Q2", 211), ("Q3", 223), ("Q4", 214),
        ("Q1", 219), ("Q2", 96),
    )  # fmt: skip
    with canvas.layer() as pen:
        _chart(
            pen,
            canvas,
            "One quarter without cranes",
            "Containers through Port Orrin, thousands (twenty-foot units)",
            "Source: Port Orrin Harbour Board. Graphic: Newsroom Graphics",
        )
        for value in range(0, 251, 50):
            y = bottom - value / 250 * (bottom - top)
            pen.line([(left, y), (right, y)], 1.5, fade(INK, 0.14))
            pen.text(left - 28, y, str(value), 38, QUIET, "rm")
        step = (right - left) / len(bars)
        for number, (quarter, value) in enumerate(bars):
            x = left + step * (number + 0.5)
            y = bottom - value / 250 * (bottom - top)
            strike = number == 9
            pen.box(
                x - step * 0.34,
                y,
                x + step * 0.34,
                bottom,
                "#a3262a" if strike else "#2c6a80" if number > 7 else "#8fb0b8",
                4,
            )
            pen.text(x, y - 20, str(value), 40, "#a3262a" if strike else INK, "ms")
            pen.text(x, bottom + 54, quarter, 36, QUIET, "ms")
        pen.line([(left, bottom), (right, bottom)], 3, INK)
        for first, count, words in ((0, 4, "Two years ago"), (4, 4, "Last year"), (8, 2, "This year")):
            middle, half = left + step * (first + count / 2), step * (count / 2 - 0.2)
            pen.line([(middle - half, bottom + 76), (middle + half, bottom + 76)], 2, fade(INK, 0.4))
            pen.text(middle, bottom + 122, words, 40, INK, "ms")
        x = left + step * 9.5
        y = bottom - 96 / 250 * (bottom - top)
        pen.text(x, y - 196, "Strike", 40, "#a3262a", "ms")
        pen.text(x, y - 150, "41 days", 40, "#a3262a", "ms")
        pen.line([(x, y - 132), (x, y - 74)], 2.5, "#a3262a")
    canvas.finish(0.02, 0)

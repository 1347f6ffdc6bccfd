"""Two demo maps in cut paper: a stylised one of a real coast, which says so, and a chart of an invented sound."""

import math

from PIL import Image, ImageChops, ImageFilter

from newsroom.demo.canvas import Canvas, Point, curve, fade, gradient, relief, rgb, roughen, shifted, spline

INK = "#1d2329"
PAPER = "#f6f2ea"


def _chart_sea(canvas: Canvas, land: Image.Image, deep: str, shallow: str, line: str) -> None:
    """Paint a sea with lighter shallows and depth lines around the land of the mask."""
    canvas.wash([(0, deep), (1, deep)])
    small = land.resize((canvas.width // 4, canvas.height // 4), Image.Resampling.BILINEAR)
    for radius, low, high in ((40, 0, 200), (16, 20, 255)):
        near = small.filter(ImageFilter.GaussianBlur(radius)).resize(canvas.size, Image.Resampling.BICUBIC)
        canvas.image.paste(rgb(shallow), (0, 0, *canvas.size), curve(near, low, high, 110))
    half = land.resize((canvas.width // 2, canvas.height // 2), Image.Resampling.BILINEAR)
    for radius, share in ((9, 0.42), (22, 0.34), (40, 0.26)):
        near = half.filter(ImageFilter.GaussianBlur(radius))
        inside = near.point([255 if value > 40 else 0 for value in range(256)])
        edge = ImageChops.difference(inside, inside.filter(ImageFilter.MinFilter(3)))
        edge = edge.resize(canvas.size, Image.Resampling.BICUBIC).point([round(v * share) for v in range(256)])
        canvas.image.paste(rgb(line), (0, 0, *canvas.size), edge)


def _raise_land(canvas: Canvas, land: Image.Image, colour: str | Image.Image, shadow: float = 0.55) -> None:
    """Lay land on the sea like cut paper, with a soft shadow to the lower right."""
    dark = shifted(land, 10, 14).filter(ImageFilter.GaussianBlur(12))
    canvas.fill("#06121c", dark.point([round(value * shadow) for value in range(256)]))
    canvas.fill(colour, land)


def far_east_line(canvas: Canvas) -> None:
    """A cut-paper map of the Korean peninsula and the coast north of it, with one line across."""
    rng = canvas.rng

    def at(longitude: float, latitude: float) -> Point:
        return (longitude - 119.6) * 122.5, (45.0 - latitude) * 160.0

    def coast(*places: tuple[float, float]) -> list[Point]:
        return roughen(rng, [at(*place) for place in places], 0.13)

    yalu, tumen, dmz_west, dmz_east = (124.3, 39.9), (130.72, 42.35), (126.1, 37.75), (128.35, 38.6)
    west = coast((121.0, 40.9), (122.0, 40.7), (121.5, 39.8), (121.2, 38.8), (122.3, 39.3), (123.5, 39.8), yalu)
    north_west = coast(yalu, (125.0, 39.6), (125.3, 39.3), (125.15, 38.75), (124.7, 38.1), (125.4, 37.75), dmz_west)
    south = coast(
        dmz_west,
        (126.6, 37.4),
        (126.8, 36.95),
        (126.2, 36.7),
        (126.5, 36.3),
        (126.7, 35.9),
        (126.4, 35.4),
        (126.3, 34.8),
        (126.6, 34.35),
        (127.4, 34.6),
        (128.3, 34.8),
        (129.1, 35.15),
        (129.5, 35.8),
        (129.5, 36.4),
        (129.35, 37.1),
        (128.9, 37.75),
        dmz_east,
    )
    north_east = coast(
        dmz_east,
        (127.7, 39.1),
        (127.4, 39.35),
        (127.6, 39.8),
        (128.6, 40.2),
        (129.3, 40.7),
        (129.7, 41.2),
        (129.8, 41.8),
        (130.4, 42.2),
        tumen,
    )
    far = coast(
        tumen,
        (131.2, 42.65),
        (131.75, 43.25),
        (131.95, 43.05),
        (132.35, 43.25),
        (133.0, 42.75),
        (134.0, 43.1),
        (135.2, 43.8),
        (136.3, 44.6),
        (137.5, 45.6),
        (138.5, 46.5),
    )
    inland = [
        at(*p)
        for p in (
            tumen,
            (129.9, 43.0),
            (129.3, 42.4),
            (128.1, 42.0),
            (126.9, 41.75),
            (126.0, 40.9),
            (124.8, 40.3),
            yalu,
        )
    ]
    inland = roughen(rng, inland, 0.08)
    border = roughen(
        rng, [at(*p) for p in ((133.8, 46.5), (133.1, 45.1), (131.2, 44.8), (131.2, 43.5), (130.6, 42.75), tumen)], 0.08
    )
    shandong = coast(
        (117, 38.3),
        (118.9, 37.8),
        (119.3, 37.2),
        (120.8, 37.8),
        (122.5, 37.4),
        (122.2, 36.85),
        (120.5, 36.1),
        (119.3, 35.1),
        (119.2, 34.4),
        (117, 34),
    )
    honshu = coast(
        (130.8, 34.3),
        (131.8, 34.75),
        (132.6, 35.4),
        (133.3, 35.55),
        (134.4, 35.6),
        (135.3, 35.7),
        (136.0, 35.8),
        (136.1, 36.3),
        (136.8, 36.95),
        (137.3, 37.5),
        (137.1, 36.85),
        (138.2, 37.2),
        (138.9, 37.9),
        (139.5, 38.6),
        (140.1, 39.6),
    )
    honshu += [at(141, 39.6), at(141, 33.5), at(130, 33.5)]
    islands = [
        [(x + math.cos(a / 8) * r, y + math.sin(a / 8) * r * 0.7) for a in range(51)]
        for (x, y), r in ((at(130.9, 37.5), 9), (at(133.2, 36.25), 17), (at(138.35, 38.05), 26), (at(126.3, 33.9), 10))
    ]
    mainland = [at(117, 46.5), at(117, 40.5), *west, *north_west, *south, *north_east, *far]
    land = canvas.mask(mainland, shandong, honshu, *islands)
    north = canvas.mask([*north_west, at(*dmz_east), *north_east, *inland])
    russia = canvas.mask([*far, *border])

    _chart_sea(canvas, land, "#173a4f", "#5c8f9d", "#a9cdd0")
    with canvas.layer() as pen:
        for meridian in range(118, 142, 2):
            pen.line([at(meridian, 46), at(meridian, 34)], 1, fade("#d9ecec", 0.10))
        for parallel in range(34, 47, 2):
            pen.line([at(117, parallel), at(141, parallel)], 1, fade("#d9ecec", 0.10))
    _raise_land(canvas, land, gradient(canvas.size, [(0, "#cfc6b2"), (1, "#b9b09d")]))
    canvas.fill(gradient(canvas.size, [(0, "#d99a62"), (0.5, "#d08c56")]), russia)
    canvas.fill(gradient(canvas.size, [(0.2, "#f0cf94"), (0.6, "#e6bd78")]), north)
    canvas.shade(relief(rng, canvas.size, (230, 230)), land, 0.9)

    route = spline(
        [
            at(*p)
            for p in (
                (131.9, 43.13),
                (131.35, 43.1),
                (130.68, 42.5),
                (129.75, 41.75),
                (128.75, 40.75),
                (127.6, 40.0),
                (126.8, 39.35),
                (125.78, 39.03),
            )
        ],
        14,
    )
    with canvas.layer() as pen:
        pen.dashes(inland, 3, fade("#5b4a35", 0.65), 14, 9)
        pen.dashes(border, 3, fade("#5b4a35", 0.65), 14, 9)
        pen.dashes(
            roughen(rng, [at(*dmz_west), at(126.8, 37.95), at(127.2, 38.3), at(*dmz_east)], 0.05),
            3,
            fade("#5b4a35", 0.8),
            14,
            9,
        )
    with canvas.layer(blur=7, opacity=0.5) as pen:
        pen.line([(x + 4, y + 9) for x, y in route], 12, "#1a0d08")
    with canvas.layer() as pen:
        pen.line(route, 15, "#fbf6ea")
        pen.line(route, 8, "#b3261e")
        for place, words, side in (((131.9, 43.13), "Vladivostok", 1), ((125.78, 39.03), "Pyongyang", -1)):
            x, y = at(*place)
            pen.oval(x, y, 21, 21, "#fbf6ea")
            pen.oval(x, y, 14, 14, "#b3261e")
            pen.oval(x, y, 5, 5, "#fbf6ea")
            if side > 0:
                pen.text(x + 16, y + 92, words, 62, fade("#0b1c27", 0.35), "lm")
                pen.text(x + 14, y + 89, words, 62, "#fdfaf2", "lm")
            else:
                pen.text(x - 94, y + 34, words, 62, fade("#0b1c27", 0.4), "rm")
                pen.text(x - 96, y + 31, words, 62, "#fdfaf2", "rm")
        for longitude, latitude, words in (
            (134.6, 44.45, "RUSSIA"),
            (127.35, 40.95, "NORTH KOREA"),
            (127.95, 36.6, "SOUTH KOREA"),
            (124.6, 43.2, "CHINA"),
        ):
            pen.text(*at(longitude, latitude), words, 34, fade("#33271a", 0.75), "mm", 9)
        pen.text(
            canvas.width - 60, canvas.height - 52, "Artist’s abstraction. Not to scale.", 30, fade("#2a241b", 0.8), "rs"
        )
    canvas.finish(0.05, 0.3)


def ferry_map(canvas: Canvas) -> None:
    """A sea chart of the invented Gannet Sound with the ferry lines across it."""
    rng = canvas.rng
    width, height = canvas.size
    west = roughen(
        rng,
        [
            (980, -20),
            (900, 120),
            (1010, 260),
            (860, 380),
            (720, 430),
            (760, 560),
            (900, 640),
            (840, 800),
            (690, 860),
            (640, 1010),
            (760, 1130),
            (900, 1190),
            (860, 1340),
            (720, 1430),
            (700, 1640),
        ],
        0.16,
    )
    east = roughen(
        rng,
        [
            (1740, -20),
            (1820, 150),
            (1690, 260),
            (1660, 420),
            (1780, 520),
            (1730, 690),
            (1590, 760),
            (1560, 900),
            (1660, 1010),
            (1820, 1060),
            (1850, 1220),
            (1760, 1330),
            (1840, 1480),
            (1980, 1640),
        ],
        0.16,
    )
    isles = [
        [
            (x + math.cos(t / 7) * r * rng.uniform(0.75, 1.2), y + math.sin(t / 7) * r * rng.uniform(0.6, 0.95))
            for t in range(44)
        ]
        for x, y, r in ((1230, 300, 52), (1300, 385, 26), (1180, 1290, 70), (1275, 1370, 30), (1130, 1395, 20))
    ]
    isles = [spline(isle, 4, closed=True) for isle in isles]
    land = canvas.mask([(-20, -20), *west, (-20, 1640)], [(2420, -20), *east, (2420, 1640)], *isles)
    _chart_sea(canvas, land, "#cfe0e3", "#eef3ee", "#7fa5ad")
    with canvas.layer() as pen:
        for step in range(0, width, 200):
            pen.line([(step, 0), (step, height)], 1, fade("#44707a", 0.22))
        for step in range(0, height, 200):
            pen.line([(0, step), (width, step)], 1, fade("#44707a", 0.22))
        for _ in range(90):
            x, y = rng.uniform(850, 1700), rng.uniform(30, height - 30)
            named = abs(x - 1270) < 190 and abs(y - 590) < 90  # the name of the Sound stands there
            if land.getpixel((int(x), int(y))) == 0 and not named:
                pen.text(x, y, str(rng.randint(4, 46)), 21, fade("#3f6a75", 0.7), "mm")
    _raise_land(canvas, land, gradient(canvas.size, [(0, "#e9dfc3"), (1, "#dccfa9")]), 0.28)
    canvas.shade(relief(rng, canvas.size, (210, 210)), land, 0.55)
    with canvas.layer() as pen:
        river = spline([(-20, 1010), (150, 940), (290, 1000), (430, 900), (560, 930), (690, 862)], 16)
        pen.line(river, 17, "#a9c9cf")
        ports = {
            "Port Orrin": (700, 866, "r"),
            "Saint Elvan": (1592, 762, "l"),
            "Marrow Head": (730, 432, "r"),
            "Quill": (1238, 300, "m"),
            "Tolland": (1842, 1215, "l"),
        }
        lines = (
            ("#a3262a", [(700, 866), (880, 930), (1180, 900), (1420, 800), (1592, 762)], False),
            ("#1f5f7a", [(730, 432), (900, 470), (1100, 400), (1205, 330)], False),
            ("#1f5f7a", [(1270, 318), (1420, 430), (1540, 620), (1592, 762)], False),
            ("#6a4b8a", [(700, 866), (930, 1010), (1300, 1130), (1650, 1180), (1842, 1215)], True),
        )
        for colour, points, broken in lines:
            path = spline(points, 16)
            pen.line(path, 15, fade("#ffffff", 0.85))
            if broken:
                pen.dashes(path, 7, colour, 30, 20)
            else:
                pen.line(path, 7, colour)
        for words, (x, y, side) in ports.items():
            pen.oval(x, y, 17, 17, "#ffffff")
            pen.oval(x, y, 11, 11, INK)
            anchor, shift = {"r": ("rm", -34), "l": ("lm", 34), "m": ("ms", 0)}[side]
            lift = -70 if side == "m" else 0
            pen.text(x + shift, y + lift, words, 54, fade(PAPER, 0.9), anchor)
            pen.text(x + shift, y + lift - 2, words, 54, INK, anchor)
        pen.text(330, 300, "HALMERE", 46, fade("#5d4f2f", 0.85), "mm", 22)
        pen.text(2120, 470, "CORVANE", 46, fade("#5d4f2f", 0.85), "mm", 22)
        for number, words in enumerate(("GANNET", "SOUND")):
            pen.text(1270, 560 + number * 62, words, 40, fade("#2f5f6b", 0.9), "mm", 26)
        legend = (
            (INK, "Ferry lines across the Sound"),
            ("#a3262a", "The 6.40, daily"),
            ("#1f5f7a", "Island line, daily"),
            ("#6a4b8a", "Summer only"),
        )
        pen.box(1890, 1300, 2340, 1540, fade(PAPER, 0.93), 6)
        for number, (colour, words) in enumerate(legend):
            y = 1345 + number * 54
            if number:
                pen.line([(1920, y), (1990, y)], 8, colour)
                pen.text(2014, y, words, 32, INK, "lm")
            else:
                pen.text(1920, y, words, 31, INK, "lm")
    canvas.finish(0.03, 0.12)

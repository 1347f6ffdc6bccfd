"""Demo illustrations: a ship, a train, shelves, a reading room, a reel, a drop of sea water."""

import math
from itertools import pairwise

from PIL import Image, ImageChops, ImageFilter, ImageOps

from newsroom.demo.canvas import (
    Canvas,
    Pen,
    Point,
    clouds,
    curve,
    fade,
    gradient,
    mix,
    noise,
    ramp,
    relief,
    rgb,
    ridge,
    spline,
    under,
)
from newsroom.demo.scenes.things import fir, gull, sea


def container_ship(canvas: Canvas) -> None:
    """A loaded container ship from the side, in the flat colours of a poster."""
    rng, width = canvas.rng, canvas.width
    horizon = 1010
    canvas.wash([(0, "#e9b872"), (0.35, "#f3d7a4"), (0.63, "#f8ecd2"), (1, "#f8ecd2")])
    canvas.glow(1780, 520, 620, "#fff6dc", 0.7)
    with canvas.layer((1560, 300, 2000, 740)) as pen:
        pen.oval(1780, 520, 150, 150, "#fff4d6")
    streaks = curve(clouds(rng, (width, 900), (1100, 60)), 150, 240, 130)
    canvas.image.paste(rgb("#fffaf0"), (0, 0, width, 900), streaks)
    canvas.fill("#d9b98a", canvas.mask(under(ridge(rng, width, 975, 34, 0.45, 5), horizon)))
    sea(canvas, horizon, "#7fa7a6", "#173f4b", "#f3ecd8")
    deck, water = 930, 1150
    colours = ("#b5392f", "#1f5b73", "#d98b2b", "#3f6f52", "#8a3b52", "#c9c2ae", "#2f3f52", "#cf6a3c", "#5f8a95")
    with canvas.layer((180, 380, 2300, 1240)) as pen:
        for bay in range(15):
            x = 450.0 + bay * 96
            for tier in range(5 if 2 < bay < 12 else 4 if bay else 3):
                if rng.random() < 0.06 and tier > 2:
                    break
                y = deck - 4 - (tier + 1) * 58
                tone = rng.choice(colours)
                pen.box(x, y, x + 92, y + 56, tone)
                pen.box(x, y, x + 92, y + 6, fade("#ffffff", 0.18))
                pen.box(x, y + 50, x + 92, y + 56, fade("#10181c", 0.25))
                for rib in range(1, 11):
                    pen.line([(x + rib * 8.4, y + 8), (x + rib * 8.4, y + 50)], 1.6, fade("#10181c", 0.22))
                if rng.random() < 0.25:
                    pen.box(x + 14, y + 20, x + 14 + rng.uniform(24, 50), y + 34, fade("#fdf6e4", 0.75))
        for bay in range(0, 16, 4):
            pen.box(450 + bay * 96 - 5, deck - 260, 450 + bay * 96 - 1, deck, "#3b4347")
        pen.box(270, deck - 420, 430, deck, "#f3ebda")  # the bridge
        pen.box(240, deck - 456, 452, deck - 412, "#fbf5e8")
        pen.box(250, deck - 446, 444, deck - 424, "#2b4450")
        pen.box(402, deck - 412, 430, deck, fade("#b9ab92", 0.6))
        for row in range(6):
            for column in range(5):
                pen.box(
                    288 + column * 24, deck - 380 + row * 60, 302 + column * 24, deck - 364 + row * 60, "#41575f", 2
                )
        pen.box(300, deck - 540, 312, deck - 456, "#3b4347")
        pen.line([(270, deck - 512), (346, deck - 512)], 4, "#3b4347")
        pen.shape([(330, deck - 456), (400, deck - 456), (392, deck - 545), (342, deck - 545)], "#b5392f")
        pen.box(342, deck - 545, 393, deck - 520, "#22292d")
        hull = [
            (210, deck - 24),
            (2040, deck - 24),
            (2080, deck - 74),
            (2250, deck - 84),
            (2140, water + 40),
            (262, water + 40),
            (226, water - 60),
        ]
        pen.shape(hull, "#1d3a47")
        pen.shape([(238, water - 26), (2172, water - 26), (2140, water + 40), (262, water + 40)], "#9c3327")
        pen.line([(214, deck - 4), (2056, deck - 4), (2092, deck - 54), (2240, deck - 64)], 4, fade("#f3ebda", 0.65))
        pen.text(1180, water - 84, "SOUND LINE", 92, fade("#f3ebda", 0.92), "mm", 40)
        for mark in range(7):
            pen.box(2112 - mark * 3, water - 100 + mark * 16, 2130 - mark * 3, water - 95 + mark * 16, "#f3ebda")
        pen.line([(2170, deck - 84), (2170, deck - 190)], 6, "#3b4347")
        for post in range(500, 2040, 44):
            pen.line([(post, deck - 24), (post, deck - 46)], 2, fade("#22292d", 0.8))
    with canvas.layer((150, 1100, 2360, 1320), blur=3) as pen:
        for _ in range(520):
            x = rng.uniform(220, 2230)
            bow = max(0.0, (x - 2000) / 230)
            pen.oval(
                x,
                water + 42 + rng.gauss(0, 6 + 9 * bow),
                rng.uniform(8, 40),
                rng.uniform(3, 8 + 8 * bow),
                fade("#f8f3e4", 0.5),
            )
    _wave_over(canvas, water + 60)
    with canvas.layer((0, 300, width, 900)) as pen:
        for _ in range(14):
            gull(
                pen,
                rng.uniform(1000, 2300),
                rng.uniform(330, 640),
                rng.uniform(10, 26),
                rng.uniform(-0.3, 0.3),
                "#4a4f52",
            )
    canvas.finish(0.05, 0.16)


def _wave_over(canvas: Canvas, top: int) -> None:
    """Darken the water just below a ship, where its shadow lies."""
    shadow = ramp(
        canvas.size,
        [(0, 0), ((top - 30) / canvas.height, 0), (top / canvas.height, 120), ((top + 130) / canvas.height, 0), (1, 0)],
    )
    sides = Image.new("L", canvas.size)
    sides.paste(255, (240, 0, 2160, canvas.height))
    sides = sides.resize((300, 200)).filter(ImageFilter.GaussianBlur(8)).resize(canvas.size)
    canvas.fill("#0b2630", ImageChops.multiply(shadow, sides))


def night_train(canvas: Canvas) -> None:
    """A train with lit windows crossing snow under a blue evening."""
    rng, width, height = canvas.rng, *canvas.size
    canvas.wash([(0, "#15294a"), (0.28, "#35578a"), (0.5, "#8fa3c4"), (0.6, "#e9c9bb"), (1, "#e9c9bb")])
    canvas.stars(460, 420)
    canvas.glow(500, 800, 1000, "#ffd9b8", 0.4)
    rock = relief(rng, canvas.size, (260, 240))
    for depth, (base, swing, top, foot) in enumerate(
        ((640, 190, "#7489b0", "#d9c6cc"), (780, 130, "#52689a", "#b3b6cf"), (880, 70, "#33486f", "#8e9fc4"))
    ):
        skyline = ridge(rng, width, base, swing, 0.5, 4 + depth)
        shape = canvas.mask(under(skyline, height))
        peak = min(y for _, y in skyline) / height
        canvas.fill(gradient(canvas.size, [(peak, top), (min(peak + 0.24, 0.9), foot), (1, foot)]), shape)
        canvas.shade(rock, shape, 0.7)
        if depth < 2:
            snow = ImageChops.multiply(shape, curve(rock, 118, 165))
            canvas.image.paste(
                rgb("#f1e6ea"),
                (0, 0, *canvas.size),
                ImageChops.multiply(snow, ramp(canvas.size, [(0, 230), (peak + 0.04, 230), (peak + 0.2, 0), (1, 0)])),
            )
        canvas.mist(base, base + 260, "#e6d5d8", 0.5, (900, 120))
    plain = [
        (0.0, 985.0),
        *[(x * 1.0, 985 + 8 * math.sin(x / 300)) for x in range(50, width, 50)],
        (float(width), 985.0),
    ]
    ground = canvas.mask(under(plain, height))
    canvas.fill(gradient(canvas.size, [(0.6, "#a9b9da"), (0.75, "#7d92bf"), (1, "#3f5586")]), ground)
    canvas.shade(clouds(rng, canvas.size, (1100, 200), 4, 0.45), ground, 0.22)
    with canvas.layer((0, 800, width, 1200)) as pen:  # woods behind the line
        for _ in range(420):
            x = rng.uniform(-20, width + 20)
            tall = rng.uniform(50, 130) * (0.6 + 0.5 * math.sin(x / 260) ** 2)
            fir(pen, rng.random(), x, 1000 + rng.uniform(-6, 10), tall, mix("#1d2f52", "#3a5078", rng.random()))
    rail = 1150.0
    with canvas.layer((0, 900, width, 1300)) as pen:
        pen.shape([(0, rail + 6), (width, rail + 6), (width, rail + 60), (0, rail + 60)], "#5d719c")
        pen.line([(0, rail + 6), (width, rail + 6)], 5, "#1b2740")
        for sleeper in range(0, width, 36):
            pen.box(sleeper, rail + 9, sleeper + 18, rail + 16, "#2b3958")
        x = 120.0
        for car in range(5):
            long = 430.0
            pen.box(x, rail - 150, x + long - 14, rail - 24, "#7d2430" if car else "#5f1a26", 14)
            pen.box(x, rail - 158, x + long - 14, rail - 132, "#c3cad6", 12)
            pen.box(x, rail - 60, x + long - 14, rail - 50, "#e9c98c")
            pen.box(x + 12, rail - 26, x + long - 26, rail - 12, "#182238")
            pen.box(x + long - 16, rail - 130, x + long + 2, rail - 30, "#141c2e")
            for wheel in (46, 92, long - 106, long - 60):
                pen.oval(x + wheel, rail - 10, 17, 17, "#10182a")
                pen.oval(x + wheel, rail - 10, 6, 6, "#46557a")
            for window in range(9):
                if car == 4 and window == 8:
                    continue
                left = x + 26 + window * 42
                pen.box(
                    left, rail - 120, left + 28, rail - 76, fade("#ffd98c" if rng.random() < 0.88 else "#6b5560", 1), 4
                )
                if rng.random() < 0.4:
                    pen.oval(left + 14 + rng.uniform(-4, 4), rail - 84, 6, 10, fade("#5c3a2e", 0.85))
            x += long
        nose = x - 14
        front = ((-60, 132), (4, 130), (80, 92), (112, 40), (100, 24))
        pen.shape(
            [*spline([(nose + x, rail - y) for x, y in front], 10), (nose - 60, rail - 24)],
            "#7d2430",
        )
        pen.shape(
            spline(
                [(nose - 40, rail - 158), (nose - 4, rail - 154), (nose + 40, rail - 128), (nose - 40, rail - 131)], 6
            ),
            "#c3cad6",
        )
        pen.shape([(nose + 12, rail - 122), (nose + 70, rail - 90), (nose + 12, rail - 86)], "#ffe6ae")
        pen.oval(nose + 100, rail - 44, 7, 7, "#fff6da")
        for pole in range(60, width, 420):  # the wires above
            pen.line([(pole, rail + 6), (pole, rail - 270)], 6, "#1b2740")
            pen.line([(pole, rail - 250), (pole + 80, rail - 236)], 4, "#1b2740")
        for pole in range(-360, width, 420):
            wire = [(pole + 80 + t * 21, rail - 236 + 34 * math.sin(t / 20 * math.pi)) for t in range(21)]
            pen.line(wire, 2, "#1b2740")
    canvas.glow(2330, rail - 44, 420, "#fff0c8", 0.75)
    for car in range(5):
        canvas.glow(120 + car * 430 + 210, rail + 40, 330, "#ffc777", 0.17)
    with canvas.layer((0, 1100, width, height)) as pen:
        for _ in range(34):
            x = rng.choice((rng.uniform(-60, 700), rng.uniform(1700, width + 60)))
            fir(
                pen,
                rng.random(),
                x,
                rng.uniform(1400, 1640),
                rng.uniform(170, 330),
                mix("#101c36", "#1f2f54", rng.random()),
            )
    with canvas.layer() as pen:
        for _ in range(900):
            size = 0.8 + 3.2 * rng.random() ** 3
            pen.oval(rng.uniform(0, width), rng.uniform(0, height), size, size, fade("#ffffff", rng.uniform(0.25, 0.8)))
    canvas.finish(0.05, 0.3)


def bookshelf(canvas: Canvas) -> None:
    """Three shelves of books in lamplight, no two spines alike."""
    rng, width = canvas.rng, canvas.width
    canvas.wash([(0, "#2a1a12"), (1, "#1c110c")])
    tones = (
        "#7a2e2a",
        "#23463f",
        "#2b3a5a",
        "#b98a3a",
        "#5c2f45",
        "#d9c9a3",
        "#3d3a38",
        "#8a5a34",
        "#47607a",
        "#a8482f",
        "#6b7048",
        "#e6ddc8",
        "#1f2a33",
        "#93704a",
    )
    shelves = (520, 1030, 1540)
    for shelf in shelves:
        with canvas.layer((0, shelf - 480, width, shelf + 60)) as pen:
            pen.box(0, shelf - 480, width, shelf, "#170e09")
            x = 40.0
            while x < width - 40:
                if rng.random() < 0.05 and x < width - 420:
                    tall_stack = rng.randint(3, 5)  # a lying pile
                    y = float(shelf)
                    wide = rng.uniform(280, 340)
                    for _ in range(tall_stack):
                        thick = rng.uniform(34, 56)
                        shift = rng.uniform(-14, 14)
                        _spine_lying(pen, canvas, x + 16 + shift, y - thick, wide, thick, rng.choice(tones))
                        y -= thick
                    x += wide + 40
                    continue
                w, h = rng.uniform(30, 92), rng.uniform(300, 430)
                if x + w > width - 40:
                    break
                if rng.random() < 0.07:
                    lean = rng.uniform(34, 60)
                    _spine(pen, canvas, x + lean, shelf, w, h * 0.94, rng.choice(tones), -lean)
                    x += w + lean + 6
                else:
                    _spine(pen, canvas, x, shelf, w, h, rng.choice(tones), 0)
                    x += w + rng.choice((1, 1, 2, 3))
            pen.box(0, shelf, width, shelf + 46, "#6b452a")
            pen.box(0, shelf, width, shelf + 6, "#a1764c")
            pen.box(0, shelf + 40, width, shelf + 60, fade("#000000", 0.5))
        shade = ramp((width, 480), [(0, 225), (0.2, 60), (0.5, 0), (1, 30)])
        canvas.image.paste((12, 6, 3), (0, shelf - 480, width, shelf), shade)
    wood = Image.new("L", canvas.size)
    for shelf in shelves:
        wood.paste(255, (0, shelf, width, shelf + 46))
    canvas.shade(curve(clouds(rng, canvas.size, (900, 9), 4), 20, 235), wood, 0.6)
    lamp = Image.radial_gradient("L").resize((3000, 2400)).crop((300, 450, 2700, 2050))
    dim = lamp.point([255 - round(min(v, 255) * 0.42) for v in range(256)])
    canvas.image = ImageChops.multiply(
        canvas.image,
        Image.merge(
            "RGB",
            (dim, dim.point([round(v * 0.96) for v in range(256)]), dim.point([round(v * 0.88) for v in range(256)])),
        ),
    )
    canvas.glow(1000, 560, 1300, "#ffb765", 0.28)
    canvas.finish(0.06, 0.3)


def _spine(pen: Pen, canvas: Canvas, x: float, shelf: float, w: float, h: float, tone: str, lean: float) -> None:
    """Draw a standing book; `lean` moves its top sideways."""
    rng = canvas.rng

    def at(across: float, up: float) -> Point:
        return x + across * w + lean * up, shelf - up * h

    def band(low: float, high: float, ink: object, left: float = 0.0, right: float = 1.0) -> None:
        pen.shape([at(left, low), at(right, low), at(right, high), at(left, high)], ink)

    band(0, 1, tone)
    gold = rng.choice(("#e2c078", "#f0e4c8", "#c9a65a"))
    style = rng.random()
    if style < 0.35:
        for low in (0.06, 0.1, 0.86, 0.9):
            band(low, low + 0.012, fade(gold, 0.85))
        band(0.6, 0.76, fade(mix(tone, "#000000", 0.4), 0.8))
    elif style < 0.6:
        for low in (0.18, 0.36, 0.54, 0.72, 0.9):
            band(low, low + 0.022, mix(tone, "#ffffff", 0.18))
    elif style < 0.8:
        band(0, 0.14, mix(tone, "#f6efe0", 0.75))
    for line in range(rng.randint(1, 3)):  # a title one cannot read
        middle = 0.36 + line * 0.2 / max(w / 46, 0.6)
        if middle < 0.9:
            across = min(0.5 + (line - 1) * 0.22, 0.8)
            pen.line([at(across, 0.3), at(across, rng.uniform(0.45, 0.82))], rng.uniform(3, 7), fade(gold, 0.75))
    band(0, 1, fade("#ffffff", 0.10), 0.14, 0.3)
    band(0, 1, fade("#000000", 0.28), 0.84, 1.0)
    band(0, 1, fade("#000000", 0.20), 0.0, 0.07)


def _spine_lying(pen: Pen, canvas: Canvas, x: float, y: float, w: float, h: float, tone: str) -> None:
    """Draw a book lying flat, spine to the front."""
    pen.box(x, y, x + w, y + h - 1, tone, 5)
    pen.box(x, y + 3, x + w, y + h * 0.3, fade("#ffffff", 0.12))
    pen.box(x, y + h * 0.8, x + w, y + h, fade("#000000", 0.3))
    pen.box(x + w * 0.2, y + h * 0.45, x + w * canvas.rng.uniform(0.5, 0.8), y + h * 0.58, fade("#ecd9a8", 0.8))
    for edge in (0.06, 0.92):
        pen.box(x + w * edge, y, x + w * edge + 7, y + h, fade("#ecd9a8", 0.6))


def reading_room(canvas: Canvas) -> None:
    """A domed reading room seen from the door, light falling through high windows; portrait."""
    rng, width, height = canvas.rng, *canvas.size
    middle, floor = width / 2, 1900
    canvas.wash([(0, "#3a2c24"), (0.5, "#8a6a4c"), (0.76, "#caa676"), (1, "#5a3d28")])
    with canvas.layer() as pen:
        for depth in range(9):  # arch within arch
            t = depth / 8
            half, spring, rise = 960 - 640 * t, 900 + 330 * t, 830 - 520 * t
            base = height - (height - floor) * (t**0.8) + 20
            bow = [
                (middle - math.cos(a / 60 * math.pi) * half, spring - math.sin(a / 60 * math.pi) * rise)
                for a in range(61)
            ]
            arch = [(middle - half, base), *bow, (middle + half, base)]
            pen.shape(arch, mix("#5c4636", "#fae9c6", t * 0.88))
            pen.line(arch, 10 - 6 * t, fade("#2a1a10", 0.45 - 0.25 * t))
            pen.line([(x + (6 if x < middle else -6), y + 6) for x, y in arch], 5 - 3 * t, fade("#ffe9c2", 0.35))
            if 0 < depth < 8:
                for side in (-1, 1):  # shelves along the walls
                    outer, inner = half, half - 640 / 8 * 0.92
                    for row in range(9):
                        y = base - 60 - row * (base - spring) / 9.5
                        x0, x1 = sorted((middle + side * outer, middle + side * inner))
                        pen.box(x0, y - 5, x1, y, fade("#3a2416", 0.7))
                        x = x0 + 3
                        while x < x1 - 6:
                            w = rng.uniform(4, 9)
                            tall = rng.uniform(0.55, 0.9) * (base - spring) / 9.5
                            pen.box(
                                x,
                                y - 5 - tall,
                                x + w,
                                y - 5,
                                fade(
                                    mix(
                                        rng.choice(("#7a2e2a", "#2f4a44", "#9c7434", "#40506a", "#d9c59a")),
                                        "#f0d9b0",
                                        t * 0.5,
                                    ),
                                    0.9,
                                ),
                            )
                            x += w + 1
    walls = Image.new("L", canvas.size, 255)
    canvas.shade(ramp(canvas.size, [(0, 90), (0.45, 170), (0.7, 128), (1, 70)]), walls, 0.8)
    with canvas.layer((700, 800, 1300, 1600)) as pen:  # the window at the end
        pen.box(middle - 190, 1010, middle + 190, 1560, "#fff7e2")
        pen.shape(
            [(middle - math.cos(a / 30 * math.pi) * 190, 1012 - math.sin(a / 30 * math.pi) * 190) for a in range(31)],
            "#fff7e2",
        )
        for x in (-95, 0, 95):
            pen.line([(middle + x, 830), (middle + x, 1560)], 7, "#a8855c")
        for y in (1010, 1150, 1290, 1430):
            pen.line([(middle - 190, y), (middle + 190, y)], 7, "#a8855c")
        pen.box(middle - 205, 1556, middle + 205, 1576, "#8a6a48")
    canvas.glow(middle, 1200, 1300, "#ffe9bd", 0.55)
    with canvas.layer(blur=26, opacity=0.5) as pen:
        for side, reach in ((-1, 0.2), (-1, 0.75), (1, 0.25), (1, 0.8)):
            x = middle + side * 110
            pen.shape(
                [
                    (x - 60, 900),
                    (x + 60, 900),
                    (x + side * 900 * reach + 170, height),
                    (x + side * 900 * reach - 170, height),
                ],
                fade("#fff0cc", 0.35),
            )
    ground = canvas.mask([(middle - 330, floor - 20), (middle + 330, floor - 20), (width + 80, height), (-80, height)])
    canvas.fill(gradient(canvas.size, [(0.74, "#d3a66c"), (1, "#5b3b22")]), ground)
    canvas.shade(curve(clouds(rng, canvas.size, (26, 700), 3), 10, 245), ground, 0.22)
    with canvas.layer() as pen:
        for number in range(-8, 9):
            pen.line([(middle + number * 36, floor - 20), (middle + number * 150, height)], 2.5, fade("#3a2413", 0.5))
        for row in range(4):  # desks with green lamps, far to near
            t = (row / 3) ** 1.4
            y, s = 1900 + 420 * t, 0.34 + 0.9 * t
            for side in (-1, 1):
                x = middle + side * (230 + 420 * t)
                pen.shape(
                    [(x - 190 * s, y), (x + 190 * s, y), (x + 220 * s, y + 46 * s), (x - 220 * s, y + 46 * s)],
                    "#6d4526",
                )
                pen.shape(
                    [
                        (x - 220 * s, y + 46 * s),
                        (x + 220 * s, y + 46 * s),
                        (x + 220 * s, y + 64 * s),
                        (x - 220 * s, y + 64 * s),
                    ],
                    "#41270f",
                )
                for leg in (-200, 180):
                    pen.box(x + leg * s, y + 64 * s, x + (leg + 22) * s, y + 230 * s, "#3a220f")
                pen.line([(x, y + 14 * s), (x, y - 66 * s)], 7 * s, "#c9a04e")
                pen.oval(x, y + 16 * s, 30 * s, 8 * s, "#c9a04e")
                pen.shape(
                    [
                        (x - 52 * s, y - 62 * s),
                        (x + 52 * s, y - 62 * s),
                        (x + 30 * s, y - 104 * s),
                        (x - 30 * s, y - 104 * s),
                    ],
                    "#2f7a54",
                )
                pen.shape(
                    [
                        (x - 52 * s, y - 62 * s),
                        (x + 52 * s, y - 62 * s),
                        (x + 47 * s, y - 70 * s),
                        (x - 47 * s, y - 70 * s),
                    ],
                    "#eaf7c9",
                )
                pen.shape(
                    [
                        (x - 150 * s, y + 8 * s),
                        (x - 90 * s, y + 6 * s),
                        (x - 84 * s, y + 24 * s),
                        (x - 160 * s, y + 26 * s),
                    ],
                    "#f6ecd6",
                )
    for row in range(4):
        t = (row / 3) ** 1.4
        for side in (-1, 1):
            canvas.glow(
                middle + side * (230 + 420 * t),
                1900 + 420 * t - 40 * (0.34 + 0.9 * t),
                190 * (0.34 + 0.9 * t),
                "#ffe7a0",
                0.45,
            )
    canvas.finish(0.055, 0.32)


def film_reel(canvas: Canvas) -> None:
    """A film reel, a strip running off it, and a projector's beam."""
    rng = canvas.rng
    canvas.wash([(0, "#141019"), (1, "#2a1720")])
    with canvas.layer(blur=40, opacity=0.55) as pen:
        pen.shape([(2330, 330), (2330, 370), (-100, 1250), (-100, -250)], fade("#f7d9a0", 0.5))
    dust = curve(clouds(rng, canvas.size, (900, 420), 5, 0.5), 60, 255, 90)
    beam = (
        canvas.mask([(2340, 340), (2340, 360), (-100, 1300), (-100, -300)])
        .resize((600, 400))
        .filter(ImageFilter.GaussianBlur(12))
        .resize(canvas.size)
    )
    canvas.light(ImageChops.multiply(dust, beam), "#ffdf9f")
    canvas.glow(2330, 350, 420, "#fff3d0", 0.9)
    x0, y0, radius = 900.0, 830.0, 600.0
    strip = spline(
        [
            (x0 + 60, y0 + radius - 46),
            (1250, 1440),
            (1560, 1330),
            (1800, 1130),
            (2090, 1090),
            (2300, 1190),
            (2520, 1230),
        ],
        40,
    )
    with canvas.layer(blur=18, opacity=0.7) as pen:
        pen.oval(x0 + 26, y0 + 40, radius, radius, "#000000")
        pen.line([(x + 14, y + 30) for x, y in strip], 170, "#000000")
    with canvas.layer() as pen:  # the strip: frames and perforations follow the curve
        pen.line(strip, 176, "#0d0a0c")
        walked, since = 0.0, 0.0
        for before, point in pairwise(strip):
            dx, dy = point[0] - before[0], point[1] - before[1]
            step = math.hypot(dx, dy)
            walked += step
            since += step
            if not step:
                continue
            ux, uy = dx / step, dy / step
            nx, ny = -uy, ux
            if since >= 30:
                since = 0.0
                for side in (-72, 72):
                    cx, cy = point[0] + nx * side, point[1] + ny * side
                    pen.shape(
                        [(cx + ux * a + nx * b, cy + uy * a + ny * b) for a, b in ((-8, -7), (8, -7), (8, 7), (-8, 7))],
                        "#f0d7a4",
                    )
        marks, run = [], 0.0
        for index in range(1, len(strip) - 4):
            run += math.dist(strip[index - 1], strip[index])
            if run >= 128:
                marks.append(index)
                run = 0.0
        for number, index in enumerate(marks):
            cx, cy = strip[index]
            dx, dy = strip[index + 3][0] - cx, strip[index + 3][1] - cy
            step = math.hypot(dx, dy)
            ux, uy = dx / step, dy / step
            nx, ny = -uy, ux

            def frame(
                a: float,
                b: float,
                cx: float = cx,
                cy: float = cy,
                ux: float = ux,
                uy: float = uy,
                nx: float = nx,
                ny: float = ny,
            ) -> Point:
                return cx + ux * a + nx * b, cy + uy * a + ny * b

            pen.shape(
                [frame(a, b) for a, b in ((-52, -52), (52, -52), (52, 52), (-52, 52))],
                mix("#d98a52", "#5b7f95", (number % 5) / 4),
            )
            pen.shape(
                [frame(a, b) for a, b in ((-52, 16), (-10, -8), (24, 14), (52, 2), (52, 52), (-52, 52))],
                fade("#1d1c2a", 0.75),
            )
            pen.shape(
                [frame(26 + math.cos(q / 8 * math.tau) * 12, -24 + math.sin(q / 8 * math.tau) * 12) for q in range(8)],
                "#fdeec4",
            )
    with canvas.layer() as pen:
        pen.oval(x0, y0, radius, radius, "#9aa0a6")
        pen.oval(x0, y0, radius - 12, radius - 12, "#c6cacd")
        pen.oval(x0, y0, radius - 30, radius - 30, "#2a2024")
        for turn in range(34):
            pen.ring(x0, y0, radius - 40 - turn * 9.2, 2.2, fade("#7a5a4a" if turn % 3 else "#a9826a", 0.55))
        pen.oval(x0, y0, 258, 258, "#1a1417")
    rim = Image.new("L", canvas.size)
    with canvas.layer() as pen:
        face = "#b9bec2"
        for spoke in range(6):
            angle = spoke * math.tau / 6 + 0.26
            a, b = angle - 0.17, angle + 0.17
            pen.shape(
                [
                    (x0 + math.cos(t) * r, y0 + math.sin(t) * r)
                    for t, r in ((a - 0.2, 150), (a, radius - 24), (b, radius - 24), (b + 0.2, 150))
                ],
                face,
            )
        pen.ring(x0, y0, radius, 44, face)
        pen.oval(x0, y0, 205, 205, face)
        pen.ring(x0, y0, 205, 6, "#8b9196")
        pen.ring(x0, y0, radius - 42, 5, "#8b9196")
        pen.ring(x0, y0, radius, 5, "#e6e9ea")
        for spoke in range(6):
            angle = spoke * math.tau / 6 + 0.26
            for far in (290, 420, 510):
                pen.oval(x0 + math.cos(angle) * far, y0 + math.sin(angle) * far, 13, 13, "#6f757a")
        pen.oval(x0, y0, 74, 74, "#3a3f44")
        pen.oval(x0, y0, 52, 52, "#141216")
        pen.box(x0 - 12, y0 - 78, x0 + 12, y0 + 78, "#141216")
    whole = ImageChops.add(
        rim,
        canvas.mask(
            [(x0 + math.cos(t / 60 * math.tau) * radius, y0 + math.sin(t / 60 * math.tau) * radius) for t in range(60)]
        ),
    )
    shine = (
        Image.linear_gradient("L")
        .rotate(38, Image.Resampling.BICUBIC, expand=False)
        .crop((40, 40, 216, 216))
        .resize(canvas.size)
    )
    canvas.shade(ImageOps.invert(shine), whole, 0.9)
    brushed = noise(rng, (1200, 1200), (2.2, 400)).rotate(35, Image.Resampling.BILINEAR)
    sheet = Image.new("L", canvas.size, 128)
    sheet.paste(brushed, (300, 230))
    canvas.shade(sheet, whole, 0.10)
    with canvas.layer() as pen:
        for _ in range(240):
            x = rng.uniform(0, 2300)
            spread = 60 + (2330 - x) * 0.3
            size = 0.8 + 2.6 * rng.random() ** 3
            pen.oval(
                x,
                350 + rng.uniform(-spread, spread) + (2330 - x) * 0.06,
                size,
                size,
                fade("#fff0cc", rng.uniform(0.15, 0.6)),
            )
    canvas.finish(0.06, 0.35)


def microscope(canvas: Canvas) -> None:
    """Diatoms in the round field of a microscope, lit from the dark."""
    rng, width, height = canvas.rng, *canvas.size
    cx, cy, radius = width / 2, height / 2, 740.0
    canvas.wash([(0, "#04090d"), (1, "#04090d")])
    field = canvas.mask(
        [(cx + math.cos(t / 180 * math.tau) * radius, cy + math.sin(t / 180 * math.tau) * radius) for t in range(180)]
    )
    canvas.fill(gradient(canvas.size, [(0, "#07222b"), (0.5, "#0c3440"), (1, "#061d26")]), field)
    canvas.glow(cx - 60, cy - 40, 900, "#1f6a70", 0.4)
    canvas.shade(clouds(rng, canvas.size, (500, 500), 4), field, 0.5)
    with canvas.layer(blur=9) as pen:  # out of focus, behind
        for _ in range(46):
            angle, far = rng.uniform(0, math.tau), radius * rng.random() ** 0.5
            size = rng.uniform(14, 60)
            pen.oval(
                cx + math.cos(angle) * far,
                cy + math.sin(angle) * far,
                size,
                size * rng.uniform(0.3, 1),
                fade(rng.choice(("#7fd0c0", "#d9c46a", "#5aa8b8")), rng.uniform(0.10, 0.3)),
            )
    taken: list[tuple[float, float, float]] = []
    with canvas.layer() as pen:
        sizes = [210, 176, 160, 150, 140, 132, 124, 116, 110, 104, 98, 92, 88, 84, 80, 76, 72, 68, *range(66, 24, -1)]
        for size in sizes:
            for _ in range(60):
                angle, far = rng.uniform(0, math.tau), (radius - size - 40) * rng.random() ** 0.5
                x, y = cx + math.cos(angle) * far, cy + math.sin(angle) * far
                if abs(x - cx - 330) < size + 130 and abs(y - cy - 545) < size + 60:
                    continue  # room for the scale
                if all(math.hypot(x - a, y - b) > (size + s) * 0.84 for a, b, s in taken):
                    taken.append((x, y, size))
                    break
            else:
                continue
            tone = rng.choice(("#f0d27a", "#9fe0c6", "#7fc7d9", "#e8b06a", "#c6e39a"))
            kind = len(taken) % 4
            if kind == 0:
                _diatom_round(pen, x, y, size, tone)
            elif kind == 1:
                _diatom_boat(pen, x, y, size * 1.18, rng.uniform(0, math.pi), tone, 0.22)
            elif kind == 2:
                _diatom_star(pen, x, y, size, rng.uniform(0, 1), tone, rng.choice((3, 4, 5)))
            else:
                _diatom_boat(pen, x, y, size * 1.1, rng.uniform(0, math.pi), tone, 0.42)
    glowing = canvas.image.resize((600, 400)).filter(ImageFilter.GaussianBlur(9)).resize(canvas.size)
    canvas.image = ImageChops.screen(canvas.image, glowing.point([round(v * 0.45) for v in range(256)] * 3))
    edge = Image.radial_gradient("L").resize((round(radius * 2), round(radius * 2)), Image.Resampling.BICUBIC)
    round_field = Image.new("L", canvas.size)
    round_field.paste(curve(ImageOps.invert(edge), 0, 70), (round(cx - radius), round(cy - radius)))
    canvas.image = Image.composite(
        canvas.image, Image.new("RGB", canvas.size, rgb("#04090d")), ImageChops.multiply(round_field, field)
    )
    with canvas.layer() as pen:
        pen.line([(cx + 250, cy + 560), (cx + 410, cy + 560)], 6, "#e9f3ee")
        pen.text(cx + 330, cy + 545, "0.1 mm", 34, "#e9f3ee", "ms")
    canvas.finish(0.05, 0)


def _diatom_round(pen: Pen, x: float, y: float, r: float, tone: str) -> None:
    """Draw a disc with rings of pores."""
    pen.oval(x, y, r, r, fade(tone, 0.22))
    pen.ring(x, y, r, 5, fade(tone, 0.95))
    pen.ring(x, y, r * 0.9, 2, fade(tone, 0.8))
    rings = max(4, int(r / 15))
    for ring in range(1, rings):
        far = r * 0.88 * ring / rings
        count = max(6, int(far * math.tau / 15))
        for pore in range(count):
            angle = (pore + ring * 0.5) / count * math.tau
            pen.oval(x + math.cos(angle) * far, y + math.sin(angle) * far, 3.4, 3.4, fade(tone, 0.75))
    for spoke in range(48):
        angle = spoke / 48 * math.tau
        pen.line(
            [
                (x + math.cos(angle) * r * 0.9, y + math.sin(angle) * r * 0.9),
                (x + math.cos(angle) * r, y + math.sin(angle) * r),
            ],
            2,
            fade(tone, 0.8),
        )
    pen.oval(x, y, r * 0.09, r * 0.09, fade("#fff8dc", 0.85))


def _diatom_boat(pen: Pen, x: float, y: float, r: float, turn: float, tone: str, broad: float) -> None:
    """Draw a pointed shell with ribs to both sides of a seam."""
    ux, uy = math.cos(turn), math.sin(turn)

    def at(along: float, across: float) -> Point:
        return x + ux * along - uy * across, y + uy * along + ux * across

    def half(along: float) -> float:
        return r * broad * math.pow(1 - (along / r) ** 2, 0.8)

    stations = [r * (i / 40 - 0.5) * 1.999 for i in range(41)]
    outline = [at(a, half(a)) for a in stations] + [at(a, -half(a)) for a in reversed(stations)]
    pen.shape(outline, fade(tone, 0.25))
    pen.line([*outline, outline[0]], 4, fade(tone, 0.95))
    ribs = int(r / 5)
    for rib in range(1, ribs):
        a = r * (rib / ribs * 2 - 1) * 0.96
        for side in (-1, 1):
            pen.line([at(a, side * half(a) * 0.22), at(a * 0.985, side * half(a) * 0.93)], 2, fade(tone, 0.75))
    pen.line([at(-r * 0.95, 0), at(r * 0.95, 0)], 3, fade("#fff8dc", 0.8))
    pen.oval(x, y, r * 0.05, r * 0.05, fade("#fff8dc", 0.9))


def _diatom_star(pen: Pen, x: float, y: float, r: float, turn: float, tone: str, arms: int) -> None:
    """Draw a shell with blunt arms."""
    outline = []
    for step in range(120):
        angle = step / 120 * math.tau
        far = r * (0.62 + 0.36 * abs(math.cos(arms * angle / 2)) ** 1.6)
        outline.append((x + math.cos(angle + turn) * far, y + math.sin(angle + turn) * far))
    for scale, width, alpha in ((1.0, 4.5, 0.95), (0.88, 2, 0.8), (0.45, 2, 0.7)):
        ring = [(x + (a - x) * scale, y + (b - y) * scale) for a, b in outline]
        if scale == 1.0:
            pen.shape(ring, fade(tone, 0.22))
        pen.line([*ring, ring[0]], width, fade(tone, alpha))
    for scale in (0.56, 0.66, 0.77):
        for a, b in outline[::4]:
            pen.oval(x + (a - x) * scale, y + (b - y) * scale, 2.8, 2.8, fade(tone, 0.8))

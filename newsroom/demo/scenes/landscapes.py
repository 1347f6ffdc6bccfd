"""Demo landscapes: far things pale and blue, near things dark and sharp, light from one side."""

import math
from itertools import pairwise

from PIL import Image, ImageChops, ImageOps

from newsroom.demo.canvas import (
    Canvas,
    Pen,
    clouds,
    curve,
    fade,
    gradient,
    height_at,
    mix,
    noise,
    ramp,
    relief,
    rgb,
    ridge,
    roughen,
    spline,
    under,
)
from newsroom.demo.scenes.things import fir, gull, sea


def harbour_dusk(canvas: Canvas) -> None:
    """A harbour after sunset: cranes, a ferry with its lights on, the last colour in the water."""
    rng, width, height = canvas.rng, *canvas.size
    horizon = 980
    canvas.wash(
        [(0, "#16213f"), (0.2, "#2c3a63"), (0.38, "#7a5d80"), (0.5, "#d98866"), (0.6, "#f6c384"), (1, "#f6c384")]
    )
    bank = clouds(rng, (width, horizon), (900, 110))
    lit = ImageChops.multiply(curve(bank, 120, 235), ramp((width, horizon), [(0, 40), (0.55, 230), (0.9, 160), (1, 0)]))
    canvas.image.paste(
        gradient((width, horizon), [(0, "#2a2f52"), (0.5, "#a05a68"), (0.8, "#f08a5c"), (1, "#ffd79a")]), (0, 0), lit
    )
    canvas.glow(1560, horizon - 20, 1100, "#ffb56b", 0.65)
    canvas.glow(1560, horizon - 10, 380, "#ffe2b0", 0.8)
    for depth, (base, tall, colour) in enumerate(((930, 60, "#8f5f6d"), (955, 42, "#664861"), (972, 22, "#44364f"))):
        hills = ridge(rng, width, base, tall, 0.42, 5 + depth)
        canvas.fill(
            gradient(canvas.size, [(0, colour), (0.56, colour), (0.62, "#c98068")]), canvas.mask(under(hills, horizon))
        )
    with canvas.layer((0, 500, width, horizon + 4)) as pen:
        x = -10.0
        while x < width:  # the town along the quay
            w, h = rng.uniform(26, 80), rng.uniform(26, 84) * (1.25 if x < 900 else 0.7)
            top = horizon - h
            pen.box(x, top, x + w, horizon + 4, "#2a2438")
            if rng.random() < 0.45:
                pen.shape([(x - 2, top), (x + w / 2, top - rng.uniform(10, 24)), (x + w + 2, top)], "#2a2438")
            for _ in range(rng.randint(0, 5)):
                wx, wy = rng.uniform(x + 4, x + w - 8), rng.uniform(top + 6, horizon - 12)
                pen.box(wx, wy, wx + 4, wy + 6, fade("#ffd58a", rng.uniform(0.5, 1)))
            x += w - 2
        pen.box(396, horizon - 190, 424, horizon, "#2a2438")  # a church
        pen.shape([(390, horizon - 190), (410, horizon - 290), (430, horizon - 190)], "#2a2438")
        for x, reach in ((1840, 1.0), (2010, 1.12), (2215, 0.94)):  # gantry cranes
            _gantry(pen, x, horizon + 2, reach, "#1f1b2d")
        _ferry(pen, 940, horizon + 2, 1.0, "#231d30", "#ffdf9a")
    for x, y in ((410, horizon - 292), (1884, horizon - 346), (2059, horizon - 388), (2256, horizon - 325)):
        canvas.glow(x, y, 26, "#ff5040", 0.9)
    canvas.reflect(horizon, 1.05, sway=13, darken="#1a2238", veil=0.22)
    canvas.ripples(horizon + 6, "#ffc58c", 0.22)
    with canvas.layer((0, horizon - 4, width, horizon + 8)) as pen:
        pen.box(0, horizon - 1, width, horizon + 3, "#171425")
    with canvas.layer((0, 900, width, height)) as pen:  # boats and the near quay
        for x, y, size in ((300, 1190, 1.0), (560, 1150, 0.8), (1330, 1220, 1.1), (1700, 1120, 0.66)):
            _boat(pen, x, y, size, "#15121f")
        pen.shape([(0, 1440), (760, 1478), (1000, 1600), (0, 1600)], "#0e0d17")
        for x, y in ((180, 1448), (470, 1462), (720, 1478)):
            pen.box(x - 20, y - 44, x + 20, y + 10, "#0e0d17", 8)
            pen.box(x - 30, y - 52, x + 30, y - 36, "#0e0d17", 7)
        pen.line(spline([(180, 1420), (320, 1475), (470, 1430), (600, 1490), (720, 1448)], 14), 5, "#0e0d17")
    canvas.finish(0.06, 0.3)


def _gantry(pen: Pen, x: float, ground: float, size: float, ink: str) -> None:
    """Draw a container crane with its boom out over the water to the left."""

    def s(value: float) -> float:
        return value * size

    for leg in (0, 92):
        pen.line([(x + s(leg), ground), (x + s(leg * 0.86 + 6), ground - s(250))], s(9), ink)
    pen.line([(x, ground - s(110)), (x + s(92), ground - s(110))], s(7), ink)
    pen.line([(x, ground - s(20)), (x + s(88), ground - s(110))], s(4), ink)
    pen.line([(x - s(250), ground - s(250)), (x + s(180), ground - s(250))], s(10), ink)
    pen.line([(x + s(20), ground - s(250)), (x + s(44), ground - s(345)), (x + s(70), ground - s(250))], s(7), ink)
    for end in (-240, -120, 170):
        pen.line([(x + s(44), ground - s(343)), (x + s(end), ground - s(252))], s(2.6), ink)
    pen.box(x + s(96), ground - s(282), x + s(150), ground - s(250), ink)
    pen.box(x - s(140), ground - s(244), x - s(112), ground - s(226), ink)
    for rope in (-136, -116):
        pen.line([(x + s(rope), ground - s(230)), (x + s(rope), ground - s(150))], 1.5, ink)
    pen.box(x - s(154), ground - s(150), x - s(98), ground - s(128), ink)


def _ferry(pen: Pen, x: float, water: float, size: float, ink: str, light: str) -> None:
    """Draw a ferry from the side, its windows lit, bow to the right."""

    def s(value: float) -> float:
        return value * size

    pen.shape([(x, water - s(52)), (x + s(520), water - s(62)), (x + s(482), water), (x + s(22), water)], ink)
    pen.box(x + s(30), water - s(92), x + s(440), water - s(52), ink)
    pen.box(x + s(60), water - s(124), x + s(390), water - s(90), ink)
    pen.shape(
        [
            (x + s(300), water - s(124)),
            (x + s(380), water - s(124)),
            (x + s(366), water - s(154)),
            (x + s(312), water - s(154)),
        ],
        ink,
    )
    pen.shape(
        [
            (x + s(130), water - s(124)),
            (x + s(186), water - s(124)),
            (x + s(178), water - s(178)),
            (x + s(138), water - s(178)),
        ],
        ink,
    )
    pen.box(x + s(138), water - s(164), x + s(180), water - s(152), "#9c3a2f")
    pen.line([(x + s(338), water - s(154)), (x + s(338), water - s(206))], s(3), ink)
    for row, (left, right, gap) in enumerate(((44, 430, 21), (74, 382, 17))):
        y = water - s(78) - row * s(34)
        place = left
        while place < right:
            pen.box(
                x + s(place), y, x + s(place + gap * 0.58), y + s(9), fade(light, 0.95 if (place * 7) % 5 else 0.35)
            )
            place += gap
    pen.box(x + s(318), water - s(146), x + s(364), water - s(138), fade(light, 0.8))


def _boat(pen: Pen, x: float, y: float, size: float, ink: str) -> None:
    """Draw a moored sailing boat with its reflection."""

    def s(value: float) -> float:
        return value * size

    pen.shape([(x, y), (x + s(150), y - s(6)), (x + s(132), y + s(26)), (x + s(24), y + s(26))], ink)
    pen.shape([(x + s(40), y), (x + s(50), y - s(20)), (x + s(96), y - s(20)), (x + s(106), y)], ink)
    pen.line([(x + s(66), y), (x + s(66), y - s(250))], s(4), ink)
    pen.line([(x + s(66), y - s(30)), (x + s(132), y - s(26))], s(7), ink)
    pen.line([(x + s(66), y - s(246)), (x + s(148), y - s(6))], 1, fade(ink, 0.8))
    pen.line([(x + s(66), y - s(246)), (x + s(2), y)], 1, fade(ink, 0.8))
    pen.shape(
        [(x + s(24), y + s(28)), (x + s(132), y + s(28)), (x + s(118), y + s(50)), (x + s(36), y + s(50))],
        fade(ink, 0.5),
    )
    zigzag = [(x + s(66) + (s(5) if i % 2 else -s(5)), y + s(40) + i * s(15)) for i in range(12)]
    pen.line(zigzag, s(3), fade(ink, 0.42))


def mountain_valley(canvas: Canvas) -> None:
    """Ridge behind ridge over a valley full of morning mist, with a lake at the bottom."""
    rng, width, height = canvas.rng, *canvas.size
    canvas.wash([(0, "#5f8fb8"), (0.25, "#a7c6d8"), (0.42, "#f2dcc0"), (0.6, "#f6d2a8"), (1, "#f6d2a8")])
    canvas.glow(620, 560, 1200, "#fff0cf", 0.7)
    streaks = curve(clouds(rng, (width, 640), (1000, 90)), 140, 255, 150)
    canvas.image.paste(
        rgb("#fff4e4"),
        (0, 0, width, 640),
        ImageChops.multiply(streaks, ramp((width, 640), [(0, 60), (0.6, 255), (1, 0)])),
    )
    rock = relief(rng, canvas.size, (300, 260))
    layers = (
        (640, 250, 0.5, "#9fb4c4", "#e8d5c0", 0.35),
        (800, 220, 0.5, "#7b98ad", "#dccdbb", 0.6),
        (960, 190, 0.5, "#567a90", "#c2c4b8", 0.8),
        (1120, 150, 0.52, "#385a69", "#9fb0aa", 0.9),
        (1270, 120, 0.53, "#24424a", "#5f7f7c", 0.9),
    )
    for depth, (base, tall, rough, top, foot, light) in enumerate(layers):
        skyline = ridge(rng, width, base, tall, rough, 4 + depth)
        shape = canvas.mask(under(skyline, height))
        peak = min(y for _, y in skyline) / height
        canvas.fill(gradient(canvas.size, [(0, top), (peak, top), (min(peak + 0.3, 0.98), foot), (1, foot)]), shape)
        canvas.shade(rock if depth % 2 else ImageOps.mirror(rock), shape, light)
        if depth < 2:  # snow where the sun reaches it
            high = curve(ImageChops.multiply(shape, curve(rock, 112, 172)), 30, 255)
            fall = ramp(canvas.size, [(0, 220), (peak, 220), (min(peak + 0.2, 0.9), 0), (1, 0)])
            canvas.image.paste(rgb("#fff6ea"), (0, 0, *canvas.size), ImageChops.multiply(high, fall))
        canvas.mist(base - 40, min(base + 330, height), "#f3e2cd", 0.75 - depth * 0.11, (800, 110))
    with canvas.layer((0, 1000, width, height)) as pen:  # firs on the near slope
        slope = ridge(rng, width, 1480, 60, 0.45, 3)
        pen.shape(under(slope, height), "#14282c")
        for _ in range(520):
            x = rng.uniform(-20, width + 20)
            edge = abs(x / width - 0.5) * 2
            tall = rng.uniform(40, 90) + 170 * edge**2.2 * rng.uniform(0.5, 1)
            fir(
                pen,
                rng.random(),
                x,
                height_at(slope, x) + rng.uniform(0, 90),
                tall,
                mix("#14282c", "#2c4a4a", rng.random() * 0.55),
            )
    canvas.finish(0.05, 0.22)


def river_city(canvas: Canvas) -> None:
    """A river town in the morning: gabled houses, a stone bridge, their colours in the water."""
    rng, width, height = canvas.rng, *canvas.size
    horizon = 1010
    canvas.wash([(0, "#8db7d0"), (0.35, "#cfe1e2"), (0.6, "#fbead0"), (1, "#fbead0")])
    fluff = curve(clouds(rng, (width, 760), (620, 190)), 130, 250, 225)
    canvas.image.paste(
        rgb("#fffaf0"),
        (0, 0, width, 760),
        ImageChops.multiply(fluff, ramp((width, 760), [(0, 120), (0.5, 255), (1, 0)])),
    )
    canvas.glow(2050, 620, 900, "#fff2cf", 0.6)
    hill = ridge(rng, width, 800, 70, 0.4, 3)
    canvas.fill(gradient(canvas.size, [(0.4, "#a9bfb5"), (0.65, "#dcd9c6")]), canvas.mask(under(hill, horizon)))
    with canvas.layer((0, 300, width, horizon + 2), opacity=0.62) as pen:  # the town behind, paler
        x = -20.0
        while x < width:
            w, h = rng.uniform(50, 110), rng.uniform(120, 250)
            tone = mix(rng.choice(("#b7a595", "#a99c93", "#c0ad98", "#9ca2a0")), "#f3e6d2", 0.3)
            pen.box(x, horizon - h, x + w, horizon, tone)
            pen.shape(
                [(x - 5, horizon - h), (x + w / 2, horizon - h - rng.uniform(40, 80)), (x + w + 5, horizon - h)],
                mix("#8a6a5c", "#e6d6c4", 0.35),
            )
            x += w
        for x, tall, wide in ((640.0, 520.0, 74.0), (1500.0, 430.0, 60.0)):
            pen.box(x, horizon - tall, x + wide, horizon, mix("#a8957f", "#efe0ca", 0.25))
            pen.shape(
                [(x - 8, horizon - tall), (x + wide / 2, horizon - tall - wide * 2.3), (x + wide + 8, horizon - tall)],
                mix("#4f7f78", "#d9e2d8", 0.3),
            )
            pen.box(x + wide * 0.35, horizon - tall + 40, x + wide * 0.65, horizon - tall + 96, "#7a6c60", wide * 0.15)
    canvas.mist(720, horizon + 60, "#fff1dc", 0.7, (900, 160))
    walls = (
        "#c9785a",
        "#d9a864",
        "#e3cfa4",
        "#9fae97",
        "#b9c3c4",
        "#cf9b86",
        "#e6dcc8",
        "#8fa4ad",
        "#c2574a",
        "#d4b98a",
    )
    with canvas.layer((0, 380, width, horizon + 4)) as pen:
        x = -30.0
        while x < width:
            w, h = rng.uniform(92, 150), rng.uniform(190, 310)
            if 1120 < x < 1760:  # lower where the bridge stands
                h *= 0.62
            _house(pen, canvas, x, horizon, w, h, rng.choice(walls))
            x += w
        pen.box(0, horizon - 30, width, horizon + 4, "#8d8375")
        for joint in range(0, width, 46):
            pen.line([(joint, horizon - 30), (joint, horizon + 4)], 1, fade("#5f574c", 0.5))
        pen.box(0, horizon - 36, width, horizon - 28, "#b5aa98")
    with canvas.layer((900, 700, 2100, horizon + 60)) as pen:  # the bridge
        deck = [(1000 + i * 10, horizon - 118 - 46 * math.sin(i / 100 * math.pi)) for i in range(101)]
        pen.shape([*deck, (2000, horizon + 2), (1000, horizon + 2)], "#a3937d")
        pen.line([(x, y - 4) for x, y in deck], 18, "#c9baa1")
        pen.line([(x, y + 16) for x, y in deck], 3, fade("#6d604f", 0.8))
    arches = []
    for x, wide, tall in ((1100, 150, 100), (1300, 190, 138), (1540, 190, 138), (1750, 150, 100)):
        arches.append(
            [
                (x + wide / 2 - math.cos(t / 30 * math.pi) * wide / 2, horizon + 2 - math.sin(t / 30 * math.pi) * tall)
                for t in range(31)
            ]
        )
    opening = canvas.mask(*arches)
    canvas.fill(gradient(canvas.size, [(0.54, "#7d8d8c"), (0.66, "#d9d6c2")]), opening)
    canvas.reflect(horizon + 2, 0.95, sway=9, darken="#3f6668", veil=0.3)
    canvas.ripples(horizon + 4, "#fff3d9", 0.3)
    canvas.mist(horizon - 60, horizon + 160, "#fff3df", 0.5, (1000, 90))
    with canvas.layer((0, 1150, width, height)) as pen:  # a rowing boat and the reeds on our side
        pen.shape(
            spline(
                [(1560, 1330), (1640, 1372), (1830, 1380), (1960, 1362), (2030, 1312), (1830, 1336), (1640, 1338)],
                8,
                closed=True,
            ),
            "#5a3a2c",
        )
        pen.line(spline([(1562, 1330), (1640, 1340), (1830, 1338), (2028, 1312)], 8), 7, "#c08a5c")
        pen.shape([(1600, 1384), (1980, 1380), (1900, 1420), (1680, 1422)], fade("#2c3f40", 0.45))
        for _ in range(260):
            x = rng.choice((rng.gauss(180, 190), rng.gauss(2330, 90)))
            tall, lean = rng.uniform(90, 300), rng.uniform(-46, 46)
            foot = height + 10
            blade = spline([(x, foot), (x + lean * 0.2, foot - tall * 0.5), (x + lean, foot - tall)], 6)
            pen.line(blade, rng.uniform(2, 6), mix("#2f4a36", "#7d8a4d", rng.random()))
            if rng.random() < 0.16:
                pen.oval(x + lean, foot - tall - 14, 6, 24, "#5b4030")
    canvas.finish(0.05, 0.18)


def _house(pen: Pen, canvas: Canvas, x: float, ground: float, w: float, h: float, wall: str) -> None:
    """Draw a narrow house with a gable, sashes and a door."""
    rng = canvas.rng
    top = ground - h
    roof = mix("#6f4638", "#4c4a52", rng.random())
    rise = rng.uniform(46, 84)
    if rng.random() < 0.4:  # a stepped gable
        steps = [(x, top)]
        for i in range(1, 5):
            steps += [(x + w * i / 10, top - rise * (i - 1) / 4), (x + w * i / 10, top - rise * i / 4)]
        steps += [(2 * x + w - a, b) for a, b in reversed(steps)]
        pen.shape(steps, wall)
    else:
        pen.shape([(x - 6, top + 2), (x + w * 0.5, top - rise), (x + w + 6, top + 2)], roof)
        pen.box(x + w * 0.7, top - rise * 0.8, x + w * 0.7 + 13, top - 8, "#7c5444")
    pen.box(x, top, x + w, ground, wall)
    pen.box(x + w * 0.9, top, x + w, ground, fade("#2b2320", 0.14))
    columns = 3 if w > 115 else 2
    rows = max(2, int(h / 68))
    for row in range(rows):
        for column in range(columns):
            wide = w / (columns * 2.1)
            left = x + w * (column + 0.5) / columns - wide / 2
            upper = top + 22 + row * (h - 40) / rows
            tall = min(44, (h - 40) / rows - 20)
            if row == rows - 1 and column == 0:
                pen.box(left, ground - 74, left + wide * 1.1, ground - 30, mix("#3a4a44", "#7a3a2e", rng.random()), 3)
                continue
            pen.box(left - 3, upper - 3, left + wide + 3, upper + tall + 4, fade("#f7efe0", 0.85))
            pen.box(left, upper, left + wide, upper + tall, mix("#4b5d68", "#2e3b44", rng.random()))
            pen.box(left, upper, left + wide, upper + tall * rng.uniform(0.2, 0.7), fade("#c6dbe3", 0.35))
            pen.line([(left + wide / 2, upper), (left + wide / 2, upper + tall)], 1.5, "#f0e6d4")
            pen.line([(left, upper + tall / 2), (left + wide, upper + tall / 2)], 1.5, "#f0e6d4")


def wheat_field(canvas: Canvas) -> None:
    """Ripe wheat to the horizon under a sky with a shower in it, and one tree."""
    rng, width, height = canvas.rng, *canvas.size
    horizon = 800
    canvas.wash([(0, "#3f6f97"), (0.3, "#7fa9c0"), (0.5, "#cfdccf"), (0.6, "#f4e3b8"), (1, "#f4e3b8")])
    wide = clouds(rng, (width + 30, horizon + 46), (560, 260), 6)
    heap = wide.crop((30, 46, width + 30, horizon + 46))
    canvas.image.paste(
        rgb("#fdf6e6"),
        (0, 0, width, horizon),
        ImageChops.multiply(curve(heap, 118, 215), ramp((width, horizon), [(0, 150), (0.6, 255), (1, 40)])),
    )
    dark = wide.crop((0, 0, width, horizon))  # the same clouds, a little lower to the right: their undersides
    canvas.image.paste(
        rgb("#68798a"),
        (0, 0, width, horizon),
        ImageChops.multiply(curve(dark, 150, 255, 170), ramp((width, horizon), [(0, 200), (0.7, 150), (1, 0)])),
    )
    for base, swing, colour in ((770, 30, "#9fb3a3"), (790, 18, "#6f8a72")):
        canvas.fill(colour, canvas.mask(under(ridge(rng, width, base, swing, 0.4, 6), horizon + 20)))
    ground = canvas.mask([(0, horizon), (width, horizon), (width, height), (0, height)])
    canvas.fill(
        gradient(canvas.size, [(0, "#e6c878"), (horizon / height, "#ddb863"), (0.75, "#c8963f"), (1, "#7d5620")]),
        ground,
    )
    depth = height - horizon
    rows = 46
    for row in range(rows):  # from the far edge of the field to our feet
        near = (row + 1) / rows
        y = horizon + depth * near**1.9
        tall = 5 + 120 * near**1.7
        top = int(max(y - tall, 0))
        with_size = (width, max(8, round(tall * 1.3)))
        cell = (1.6 + 7.5 * near**1.5, 10 + 130 * near)
        blades = curve(noise(rng, with_size, cell), 120, 210)
        edge = ramp(with_size, [(0, 0), (0.25, 255), (0.8, 200), (1, 0)])
        patch = curve(clouds(rng, with_size, (700, max(60.0, tall * 3)), 2), 10, 230)
        tone = mix("#f3d98c", "#ffdf8a", rng.random()) if row % 2 else mix("#a9762a", "#6e4717", near)
        veil = ImageChops.multiply(ImageChops.multiply(blades, edge), patch)
        veil = veil.point([round(v * (0.5 if row % 2 else 0.62)) for v in range(256)])
        canvas.image.paste(tone, (0, top, width, top + with_size[1]), veil)
    with canvas.layer((0, 820, width, height)) as pen:  # single ears close to us
        for _ in range(420):
            x, foot = rng.uniform(-30, width + 30), height + rng.uniform(0, 120)
            tall, lean = rng.uniform(150, 360), rng.gauss(46, 30)
            stalk = spline([(x, foot), (x + lean * 0.25, foot - tall * 0.6), (x + lean, foot - tall)], 6)
            tone = mix("#b98530", "#f0cd7e", rng.random())
            pen.line(stalk, rng.uniform(1.5, 3), tone)
            for grain in range(9):
                gx, gy = x + lean * (1 + grain * 0.035), foot - tall - grain * 9
                side = 5 if grain % 2 else -5
                pen.oval(gx + side, gy, 4.2, 8, tone)
                pen.line([(gx + side, gy), (gx + side * 3.4, gy - 34)], 1, fade(tone, 0.8))
    with canvas.layer((1200, 360, 2000, 900)) as pen:  # the tree
        pen.shape([(1606, 828), (1618, 700), (1612, 620), (1634, 620), (1636, 700), (1652, 828)], "#3b2c1c")
        for reach in (-62, -30, 34, 70):
            pen.line(spline([(1628, 720), (1628 + reach * 0.4, 650), (1628 + reach, 570)], 8), 9, "#3b2c1c")
        boughs = [
            (1625, 540, 120, 92),
            (1530, 600, 92, 62),
            (1722, 596, 96, 66),
            (1590, 480, 84, 60),
            (1674, 486, 80, 58),
            (1480, 640, 54, 34),
            (1772, 640, 50, 32),
            (1630, 640, 90, 42),
        ]
        leaves = []
        for bx, by, across, down in boughs:
            for _ in range(round(across * 4.2)):
                angle, far = rng.uniform(0, math.tau), rng.random() ** 0.5
                x, y = bx + math.cos(angle) * far * across, by + math.sin(angle) * far * down
                sunny = 0.42 - (x - bx) / across * 0.25 - (y - by) / down * 0.42 - (by - 560) / 500
                leaves.append((sunny + rng.uniform(-0.16, 0.16), x, y))
        for sunny, x, y in sorted(leaves):
            tone = mix("#1f331f", "#a3ab55", min(max(sunny, 0), 1))
            pen.oval(x, y, rng.uniform(4, 11), rng.uniform(3, 8), fade(tone, 0.92))
    canvas.glow(500, horizon - 80, 900, "#fff0c4", 0.35)
    canvas.finish(0.05, 0.24)


def night_skyline(canvas: Canvas) -> None:
    """A city across the water at night, tower behind tower, every lit window drawn."""
    rng, width, height = canvas.rng, *canvas.size
    horizon = 960
    canvas.wash([(0, "#0a1128"), (0.28, "#16264f"), (0.48, "#3a4680"), (0.6, "#8d6a92"), (1, "#b07f8c")])
    canvas.stars(620, 900)
    canvas.glow(1250, horizon, 1500, "#b0788a", 0.45)
    haze = curve(clouds(rng, (width, 620), (1100, 130)), 130, 255, 90)
    canvas.image.paste(
        rgb("#56517f"),
        (0, 340, width, 960),
        ImageChops.multiply(haze, ramp((width, 620), [(0, 0), (0.5, 255), (1, 100)])),
    )
    canvas.glow(430, 260, 150, "#fff3da", 0.35)
    with canvas.layer((330, 160, 530, 360)) as pen:
        pen.oval(430, 260, 46, 46, "#fdf3dc")
        for x, y, r in ((412.0, 244, 13), (445, 276, 16), (448, 242, 8), (420, 282, 7)):
            pen.oval(x, y, r, r * 0.8, fade("#d9cbb2", 0.32))
    tiers = ((0.55, "#474a7c", 150, 470, 0.3), (0.75, "#272d5a", 110, 540, 0.5), (1.0, "#10142c", 60, 430, 0.85))
    for depth, (scale, tone, low, high, lit) in enumerate(tiers):
        with canvas.layer((0, 200, width, horizon + 2)) as pen:
            x = -30.0
            while x < width:
                w = rng.uniform(46, 120) * scale + 18
                middle = math.exp(-(((x - 1280) / 760) ** 2))
                h = low + (high - low) * (0.18 + 0.82 * middle) * rng.uniform(0.45, 1.0)
                _tower(pen, canvas, x, horizon, w, h, tone, lit, 4 + depth)
                x += w + rng.uniform(0, 18 * scale)
        if depth < 2:
            canvas.mist(560, horizon + 40, "#5d5684", 0.5, (900, 180))
    canvas.glow(1280, horizon - 40, 760, "#ffb27c", 0.26)
    canvas.reflect(horizon, 0.9, sway=14, darken="#060a18", veil=0.3)
    canvas.ripples(horizon + 4, "#c9a2b2", 0.18)
    with canvas.layer((0, horizon - 12, width, height)) as pen:
        pen.box(0, horizon - 3, width, horizon + 4, "#0a0d1d")
        for lamp in range(10, width, 62):
            pen.oval(lamp, horizon - 6, 2.4, 2.4, "#ffe3a8")
        pen.shape([(0, 1520), (width, 1490), (width, height), (0, height)], "#05070f")  # a railing on our side
        for post in range(20, width, 84):
            pen.box(post, 1400 - post * 0.0125, post + 9, 1530, "#05070f")
        for drop in (0, 40, 80):
            pen.line([(0, 1404 + drop), (width, 1374 + drop)], 7 if not drop else 3, "#05070f")
    canvas.finish(0.055, 0.3)


def _tower(
    pen: Pen, canvas: Canvas, x: float, ground: float, w: float, h: float, tone: str, lit: float, cell: int
) -> None:
    """Draw one tower with its windows; `lit` is the share of offices where somebody is still at work."""
    rng = canvas.rng
    top = ground - h
    pen.box(x, top, x + w, ground, tone)
    crown = rng.random()
    if crown < 0.2:
        pen.shape([(x, top), (x, top - w * 0.42), (x + w, top - w * 0.1), (x + w, top)], tone)
    elif crown < 0.42:
        pen.box(x + w * 0.25, top - 24, x + w * 0.75, top, tone)
        pen.line([(x + w / 2, top - 24), (x + w / 2, top - 90)], 2.4, tone)
        pen.oval(x + w / 2, top - 90, 3, 3, "#ff6a55")
    pen.box(x, top, x + w * 0.12, ground, fade("#8b86b8", 0.10))
    gap = cell * 2.1
    colours = ("#ffd98f", "#ffe9bd", "#ffc46b", "#d7e4ff")
    y = top + 10
    while y < ground - 12:
        floor = rng.random() * lit * 1.5
        place = x + 7
        while place < x + w - cell - 4:
            if rng.random() < floor * 0.75:
                pen.box(place, y, place + cell, y + cell * 1.15, fade(rng.choice(colours), rng.uniform(0.35, 0.95)))
            place += gap
        y += gap * 1.15


def tide_barrier(canvas: Canvas) -> None:
    """Storm gates across a sound: concrete piers, steel gates, a grey sea working at them."""
    rng, width = canvas.rng, canvas.width
    horizon = 640
    canvas.wash([(0, "#4b5a66"), (0.3, "#8b9aa0"), (0.46, "#d5d3c4"), (1, "#d5d3c4")])
    storm = clouds(rng, (width, horizon), (700, 200), 6)
    canvas.image.paste(
        rgb("#39454f"),
        (0, 0, width, horizon),
        ImageChops.multiply(curve(storm, 90, 225, 230), ramp((width, horizon), [(0, 255), (0.6, 190), (1, 20)])),
    )
    canvas.glow(1750, 560, 900, "#fff2d2", 0.5)
    canvas.fill("#7f8f94", canvas.mask(under(ridge(rng, width, 622, 22, 0.45, 6), horizon + 4)))
    sea(canvas, horizon, "#a9b4b2", "#2b4148", "#dfe5df")
    # The barrier runs from the far left towards us on the right: every pier is a little larger than the last.
    piers = []
    for number in range(9):
        near = (number / 8) ** 1.75
        piers.append((120 + 2080 * near, 690 + 470 * near, 0.22 + 1.0 * near))
    with canvas.layer() as pen:
        for left, right in pairwise(piers):
            x0, y0, s0 = left
            x1, y1, s1 = right
            pen.shape([(x0, y0 - 110 * s0), (x1, y1 - 110 * s1), (x1, y1 + 6), (x0, y0 + 6)], "#44565c")
            pen.shape([(x0, y0 - 110 * s0), (x1, y1 - 110 * s1), (x1, y1 - 84 * s1), (x0, y0 - 84 * s0)], "#5d7076")
            for rib in range(1, 9):
                t = rib / 9
                x, y, s = x0 + (x1 - x0) * t, y0 + (y1 - y0) * t, s0 + (s1 - s0) * t
                pen.line([(x, y - 84 * s), (x, y + 4)], 5 * s, fade("#2c3a40", 0.7))
            pen.shape([(x0, y0 - 250 * s0), (x1, y1 - 250 * s1), (x1, y1 - 226 * s1), (x0, y0 - 226 * s0)], "#7e868a")
            pen.shape([(x0, y0 - 226 * s0), (x1, y1 - 226 * s1), (x1, y1 - 216 * s1), (x0, y0 - 216 * s0)], "#394449")
            for post in range(12):
                t = post / 12
                x, y, s = x0 + (x1 - x0) * t, y0 + (y1 - y0) * t, s0 + (s1 - s0) * t
                pen.line([(x, y - 250 * s), (x, y - 276 * s)], 2.2 * s, "#586268")
            pen.line([(x0, y0 - 276 * s0), (x1, y1 - 276 * s1)], 2.6 * s0 + 0.4, "#586268")
    with canvas.layer() as pen:
        for x, y, s in piers:
            pen.shape(
                [
                    (x - 46 * s, y - 290 * s),
                    (x + 40 * s, y - 290 * s),
                    (x + 46 * s, y + 30 * s),
                    (x - 52 * s, y + 30 * s),
                ],
                "#b9b6a9",
            )
            pen.shape(
                [
                    (x + 8 * s, y - 290 * s),
                    (x + 40 * s, y - 290 * s),
                    (x + 46 * s, y + 30 * s),
                    (x + 8 * s, y + 30 * s),
                ],
                "#8a8a82",
            )
            pen.shape(
                [
                    (x - 58 * s, y - 312 * s),
                    (x + 52 * s, y - 312 * s),
                    (x + 52 * s, y - 284 * s),
                    (x - 58 * s, y - 284 * s),
                ],
                "#cfcabb",
            )
            pen.box(x - 34 * s, y - 372 * s, x + 28 * s, y - 312 * s, "#8f3f34")
            pen.shape([(x - 42 * s, y - 372 * s), (x - 3 * s, y - 404 * s), (x + 36 * s, y - 372 * s)], "#64291f")
            pen.box(x - 22 * s, y - 354 * s, x - 4 * s, y - 332 * s, "#f3e3b4")
            for streak in range(7):
                sx = x - 44 * s + streak * 12 * s
                pen.line(
                    [(sx, y - 284 * s), (sx + 2 * s, y - (284 - 40 - 190 * rng.random() ** 2) * s)],
                    rng.uniform(2, 7) * s,
                    fade("#5b574c", 0.16),
                )
            pen.box(x - 52 * s, y - 26 * s, x + 46 * s, y + 30 * s, fade("#33423f", 0.55))
    with canvas.layer(blur=3) as pen:  # foam at the foot of the piers and along the gates
        for x, y, s in piers:
            for _ in range(46):
                pen.oval(
                    x + rng.gauss(0, 46) * s,
                    y + 26 * s + rng.gauss(0, 9) * s,
                    rng.uniform(6, 26) * s,
                    rng.uniform(3, 8) * s,
                    fade("#f4f5ee", 0.3),
                )
        for _ in range(420):
            t = rng.random()
            x, y, s = 120 + 2080 * t**1.75, 690 + 470 * t**1.75, 0.22 + t**1.75
            pen.oval(
                x, y + 8 * s + rng.gauss(0, 4) * s, rng.uniform(6, 26) * s, rng.uniform(2, 6) * s, fade("#eef1ea", 0.4)
            )
    with canvas.layer((0, 200, width, 900)) as pen:
        for _ in range(26):
            gull(
                pen,
                rng.uniform(200, 1900),
                rng.uniform(240, 620),
                rng.uniform(8, 26),
                rng.uniform(-0.3, 0.3),
                "#f4f2ea" if rng.random() < 0.5 else "#3d474d",
            )
    canvas.finish(0.055, 0.3)


def seabird_cliff(canvas: Canvas) -> None:
    """A sea stack in portrait, white with birds on every ledge."""
    rng, width, height = canvas.rng, *canvas.size
    horizon = 1820
    canvas.wash([(0, "#6fa3c4"), (0.4, "#b8d3dd"), (0.72, "#eee8d6"), (1, "#eee8d6")])
    fluff = curve(clouds(rng, (width, 1500), (800, 240)), 140, 250, 190)
    canvas.image.paste(
        rgb("#fffaf0"),
        (0, 0, width, 1500),
        ImageChops.multiply(fluff, ramp((width, 1500), [(0, 130), (0.6, 255), (1, 30)])),
    )
    canvas.fill("#b4c3c4", canvas.mask(under(ridge(rng, width, 1770, 60, 0.45, 4), horizon + 4)))
    sea(canvas, horizon, "#a8c0c2", "#24505c", "#f2f5ee")
    left = roughen(
        rng,
        [(620, 2080), (650, 1700), (600, 1450), (700, 1180), (680, 900), (790, 640), (860, 430), (980, 330)],
        0.12,
        5,
    )
    right = roughen(
        rng,
        [
            (980, 330),
            (1160, 300),
            (1330, 390),
            (1400, 640),
            (1530, 860),
            (1500, 1150),
            (1640, 1400),
            (1600, 1720),
            (1680, 2080),
        ],
        0.12,
        5,
    )
    body = canvas.mask([*left, *right])
    canvas.fill(gradient(canvas.size, [(0.1, "#9c9484"), (0.5, "#857d72"), (0.72, "#5f6060"), (0.84, "#2f383b")]), body)
    strata = curve(clouds(rng, canvas.size, (900, 46), 4), 30, 225)
    canvas.shade(strata, body, 0.5)
    canvas.shade(relief(rng, canvas.size, (150, 150)), body, 0.85)
    side = Image.linear_gradient("L").rotate(90).resize(canvas.size)
    canvas.shade(curve(side, 60, 190), body, -0.55)
    turf = ramp(canvas.size, [(0, 255), (0.15, 255), (0.2, 0), (1, 0)])
    canvas.fill(
        "#76874c",
        ImageChops.multiply(
            ImageChops.multiply(turf, body), curve(clouds(rng, canvas.size, (90, 50), 3), 90, 140, 230)
        ),
    )
    with canvas.layer() as pen:  # ledges: a shadow, droppings below, birds above
        for _ in range(46):
            y = rng.uniform(480, 1760)
            spread = 230 + (y - 400) * 0.2
            x, long = 1090 + rng.uniform(-spread, spread), rng.uniform(90, 300)
            ledge = [(x + i * 13, y + rng.gauss(0, 3)) for i in range(int(long / 13))]
            ledge = [(a, b) for a, b in ledge if body.getpixel((int(a), int(b))) == 255]
            if len(ledge) < 2:
                continue
            pen.line([(a, b + 7) for a, b in ledge], 8, fade("#23211f", 0.55))
            for a, b in ledge:
                if rng.random() < 0.7:
                    pen.line(
                        [(a, b + 6), (a + rng.gauss(0, 2), b + rng.uniform(16, 90))],
                        rng.uniform(2, 7),
                        fade("#f3efe2", 0.35),
                    )
            for a, b in ledge:
                if rng.random() < 0.8:
                    _perched(pen, a, b, rng.uniform(0.85, 1.25), rng.random() < 0.5)
        for _ in range(150):
            x, y = rng.gauss(1130, 520), rng.gauss(900, 460)
            size = rng.uniform(9, 34)
            dark = (
                body.getpixel((int(min(max(x, 0), width - 1)), int(min(max(y, 0), height - 1)))) == 0
                and rng.random() < 0.55
            )
            gull(pen, x, y, size, rng.uniform(-0.4, 0.4), "#47525a" if dark else "#fbf9f1")
    with canvas.layer(blur=5) as pen:
        for _ in range(620):
            x = 1160 + 560 * (rng.random() - rng.random()) * 1.25
            y = 2074 + 9 * math.sin(x / 38) + 7 * math.sin(x / 17 + 1) + abs(rng.gauss(0, 20))
            pen.oval(x, y, rng.uniform(6, 34), rng.uniform(3, 7), fade("#f6f7f0", 0.6))
    canvas.finish(0.05, 0.22)


def _perched(pen: Pen, x: float, y: float, size: float, faces_left: bool) -> None:
    """Draw a guillemot-like bird standing on a ledge."""
    turn = -1 if faces_left else 1
    pen.oval(x, y - 10 * size, 5 * size, 11 * size, "#2a2a2c")
    pen.oval(x + turn * 2.2 * size, y - 8 * size, 3.4 * size, 8.5 * size, "#f7f4ea")
    pen.oval(x + turn * 1.5 * size, y - 21 * size, 3.6 * size, 4 * size, "#2a2a2c")
    pen.line([(x + turn * 3 * size, y - 21 * size), (x + turn * 9 * size, y - 20 * size)], 1.8 * size, "#2a2a2c")

"""The tools the demo pictures are drawn with: gradients, noise, ridges, smooth edges, glow and grain.

Decides how light, mist and grain are made with Pillow alone; what is drawn stands in `scenes/`. Everything random
comes from one generator seeded with the picture's name, so that the same name always gives the same picture.
"""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter, ImageFont, ImageOps

type Colour = tuple[int, int, int]
type Point = tuple[float, float]
type Stops = Sequence[tuple[float, str]]

SMOOTH = 2
"""Shapes are drawn this many times larger and reduced: Pillow's own polygons have hard edges."""


def rgb(colour: str) -> Colour:
    """Return `#rrggbb` as three numbers."""
    red, green, blue, *_ = ImageColor.getrgb(colour)
    return red, green, blue


def mix(first: str, second: str, share: float) -> Colour:
    """Return the colour that lies `share` (0 to 1) of the way from the first to the second."""
    a, b = rgb(first), rgb(second)
    red, green, blue = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return red, green, blue


def fade(colour: str | Colour, alpha: float) -> tuple[int, int, int, int]:
    """Return the colour with an opacity from 0 to 1."""
    red, green, blue = rgb(colour) if isinstance(colour, str) else colour
    return red, green, blue, round(alpha * 255)


def gradient(size: tuple[int, int], stops: Stops) -> Image.Image:
    """Return a vertical gradient; stops are (position from 0 at the top to 1, colour), in order."""
    steps = 256
    column = Image.new("RGB", (1, steps))
    for y in range(steps):
        at = y / (steps - 1)
        below = next((i for i, stop in enumerate(stops) if stop[0] >= at), len(stops) - 1)
        above = max(below - 1, 0)
        span = stops[below][0] - stops[above][0]
        share = min(max((at - stops[above][0]) / span, 0.0), 1.0) if span else 0.0
        column.putpixel((0, y), mix(stops[above][1], stops[below][1], share))
    # Down first and smoothly, then across by copying: much faster than both at once.
    return column.resize((1, size[1]), Image.Resampling.BICUBIC).resize(size, Image.Resampling.NEAREST)


def ramp(size: tuple[int, int], values: Sequence[tuple[float, int]]) -> Image.Image:
    """Return a vertical gradient of opacities (0 to 255), to use as a mask."""
    stops = [(at, f"#{value:02x}{value:02x}{value:02x}") for at, value in values]
    return gradient(size, stops).getchannel("R")


def noise(rng: random.Random, size: tuple[int, int], cell: tuple[float, float]) -> Image.Image:
    """Return smooth grey noise; `cell` is the size of one blot in pixels, across and down."""
    small = (max(2, round(size[0] / cell[0])), max(2, round(size[1] / cell[1])))
    return Image.frombytes("L", small, rng.randbytes(small[0] * small[1])).resize(size, Image.Resampling.BICUBIC)


def clouds(
    rng: random.Random, size: tuple[int, int], cell: tuple[float, float], octaves: int = 5, gain: float = 0.55
) -> Image.Image:
    """Return noise of several sizes laid over each other, stretched to the full range from black to white.

    `gain` is how strong each finer sheet is against the one before.
    """
    # Soft by nature: a third of the size is enough, and nine times as fast.
    small = (size[0] // 3, size[1] // 3)
    across, down = cell[0] / 3, cell[1] / 3
    sheet = noise(rng, small, (across, down))
    weight = total = 1.0
    for octave in range(1, octaves):
        finer = noise(rng, small, (max(across / 2**octave, 1.5), max(down / 2**octave, 1.5)))
        weight *= gain
        total += weight
        sheet = Image.blend(sheet, finer, weight / total)
    return ImageOps.autocontrast(sheet, cutoff=1).resize(size, Image.Resampling.BICUBIC)


def relief(rng: random.Random, size: tuple[int, int], cell: tuple[float, float]) -> Image.Image:
    """Return the light and shade of rough ground under a low sun from the left, grey where it is level."""
    # At half the size, and a little larger than needed: the shifted copy must not wrap round the edges.
    small = (size[0] // 2, size[1] // 2)
    height = clouds(rng, (small[0] + 9, small[1] + 9), (cell[0] / 2, cell[1] / 2), octaves=5, gain=0.5)
    ground, moved = height.crop((5, 3, small[0] + 5, small[1] + 3)), height.crop((0, 0, *small))
    slope = ImageChops.subtract(ground, moved, scale=0.3, offset=128)
    return slope.filter(ImageFilter.GaussianBlur(1)).resize(size, Image.Resampling.BICUBIC)


def shifted(sheet: Image.Image, right: int, down: int) -> Image.Image:
    """Return the grey sheet moved, black where it moved away from."""
    moved = Image.new("L", sheet.size)
    moved.paste(sheet, (right, down))
    return moved


def curve(sheet: Image.Image, dark: int, light: int, top: int = 255) -> Image.Image:
    """Return the grey sheet with everything below `dark` at 0 and above `light` at `top`."""
    span = max(light - dark, 1)
    return sheet.point([round(min(max((value - dark) / span, 0.0), 1.0) * top) for value in range(256)])


def ridge(
    rng: random.Random, width: int, base: float, height: float, rough: float = 0.52, start: int = 4
) -> list[Point]:
    """Return a skyline from left to right by halving: `base` is its mean y, `height` its swing, in pixels."""
    count = start
    line = [rng.uniform(-1, 1) for _ in range(count + 1)]
    swing = 1.0
    while width / count > 3:
        swing *= rough
        finer: list[float] = []
        for left, right in pairwise(line):
            finer += [left, (left + right) / 2 + rng.uniform(-swing, swing)]
        line = [*finer, line[-1]]
        count *= 2
    return [(i * width / count, base + value * height) for i, value in enumerate(line)]


def under(line: Sequence[Point], bottom: float) -> list[Point]:
    """Close a skyline into a shape that reaches down to `bottom`."""
    return [
        *line,
        (line[-1][0] + 4, line[-1][1]),
        (line[-1][0] + 4, bottom),
        (line[0][0] - 4, bottom),
        (line[0][0] - 4, line[0][1]),
    ]


def height_at(line: Sequence[Point], x: float) -> float:
    """Return the y of a skyline of evenly spaced points at x."""
    step = (line[-1][0] - line[0][0]) / (len(line) - 1)
    index = min(max(int((x - line[0][0]) / step), 0), len(line) - 1)
    return line[index][1]


def spline(points: Sequence[Point], steps: int = 12, closed: bool = False) -> list[Point]:
    """Return a smooth curve through the points (Catmull and Rom)."""
    ring = [points[-1], *points, points[0], points[1]] if closed else [points[0], *points, points[-1]]
    curve_points: list[Point] = []
    for i in range(1, len(ring) - 2):
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = ring[i - 1 : i + 3]
        for step in range(steps):
            t = step / steps
            curve_points.append(
                (
                    0.5
                    * (
                        2 * x1
                        + (x2 - x0) * t
                        + (2 * x0 - 5 * x1 + 4 * x2 - x3) * t**2
                        + (3 * x1 - x0 - 3 * x2 + x3) * t**3
                    ),
                    0.5
                    * (
                        2 * y1
                        + (y2 - y0) * t
                        + (2 * y0 - 5 * y1 + 4 * y2 - y3) * t**2
                        + (3 * y1 - y0 - 3 * y2 + y3) * t**3
                    ),
                )
            )
    if not closed:
        curve_points.append(points[-1])
    return curve_points


def roughen(rng: random.Random, points: Sequence[Point], amount: float, rounds: int = 3) -> list[Point]:
    """Return the line with its segments halved and each middle moved a little: a coast from a few points."""
    line = list(points)
    for _ in range(rounds):
        finer: list[Point] = []
        for (x0, y0), (x1, y1) in pairwise(line):
            reach = amount * min(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5, 160)
            finer += [
                (x0, y0),
                ((x0 + x1) / 2 + rng.uniform(-reach, reach), (y0 + y1) / 2 + rng.uniform(-reach, reach)),
            ]
        line = [*finer, line[-1]]
    return line


def lettering(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the type that comes with Pillow; it has Latin letters and figures only."""
    return ImageFont.load_default(size)


class Pen:
    """Draws in the picture's own pixels on a sheet that is `SMOOTH` times larger."""

    def __init__(self, sheet: Image.Image, corner: tuple[int, int]) -> None:
        self._draw = ImageDraw.Draw(sheet, "RGBA" if sheet.mode == "RGB" else None)
        self._left, self._top = corner

    def _at(self, x: float, y: float) -> Point:
        return (x - self._left) * SMOOTH, (y - self._top) * SMOOTH

    def shape(self, points: Sequence[Point], ink: object) -> None:
        """Fill a polygon."""
        self._draw.polygon([self._at(x, y) for x, y in points], fill=ink)  # type: ignore[arg-type]  # floats

    def line(self, points: Sequence[Point], width: float, ink: object) -> None:
        """Draw a line, with round corners if it is opaque."""
        thick = max(1, round(width * SMOOTH))
        # Round joints of half-transparent ink would show as dots.
        joint = None if isinstance(ink, tuple) and len(ink) == 4 and ink[3] < 255 else "curve"
        self._draw.line([self._at(x, y) for x, y in points], fill=ink, width=thick, joint=joint)  # type: ignore[arg-type]  # floats

    def dashes(self, points: Sequence[Point], width: float, ink: object, dash: float, gap: float) -> None:
        """Draw a broken line along a curve whose points lie close together."""
        run, drawing = 0.0, [points[0]]
        pen_down = True
        for before, point in pairwise(points):
            run += ((point[0] - before[0]) ** 2 + (point[1] - before[1]) ** 2) ** 0.5
            if pen_down:
                drawing.append(point)
            if run >= (dash if pen_down else gap):
                if pen_down:
                    self.line(drawing, width, ink)
                run, drawing, pen_down = 0.0, [point], not pen_down
        if pen_down and len(drawing) > 1:
            self.line(drawing, width, ink)

    def box(self, x0: float, y0: float, x1: float, y1: float, ink: object, radius: float = 0) -> None:
        """Fill a rectangle, with round corners if asked."""
        if x1 <= x0 or y1 <= y0:
            return
        ends = [*self._at(x0, y0), *self._at(x1, y1)]
        ends[2], ends[3] = max(ends[2] - 1, ends[0]), max(ends[3] - 1, ends[1])
        self._draw.rounded_rectangle(ends, radius * SMOOTH, fill=ink)  # type: ignore[arg-type]  # floats

    def oval(self, x: float, y: float, across: float, down: float, ink: object) -> None:
        """Fill an ellipse given by its centre and half-axes."""
        self._draw.ellipse([*self._at(x - across, y - down), *self._at(x + across, y + down)], fill=ink)  # type: ignore[arg-type]  # floats

    def ring(self, x: float, y: float, radius: float, width: float, ink: object) -> None:
        """Draw a circle line."""
        ends = [*self._at(x - radius, y - radius), *self._at(x + radius, y + radius)]
        self._draw.ellipse(ends, outline=ink, width=max(1, round(width * SMOOTH)))  # type: ignore[arg-type]  # floats

    def text(
        self, x: float, y: float, words: str, size: float, ink: object, anchor: str = "ls", spread: float = 0
    ) -> None:
        """Set one line of type; `spread` is extra space between the letters, in pixels."""
        font = lettering(size * SMOOTH)
        if not spread:
            self._draw.text(self._at(x, y), words, fill=ink, font=font, anchor=anchor)  # type: ignore[arg-type]  # floats
            return
        widths = [font.getlength(letter) / SMOOTH + spread for letter in words]
        if anchor[0] == "m":
            x -= (sum(widths) - spread) / 2
        elif anchor[0] == "r":
            x -= sum(widths) - spread
        for letter, width in zip(words, widths, strict=True):
            self._draw.text(self._at(x, y), letter, fill=ink, font=font, anchor=f"l{anchor[1]}")  # type: ignore[arg-type]  # floats
            x += width


class Canvas:
    """One picture while it is being drawn."""

    def __init__(self, name: str, width: int, height: int) -> None:
        # Not for secrets: the same name must give the same picture.
        self.rng = random.Random(name)  # noqa: S311 - the same drawing each time, no secret
        self.width, self.height = width, height
        self.size = (width, height)
        self.image = Image.new("RGB", self.size)

    def wash(self, stops: Stops, box: tuple[int, int, int, int] | None = None) -> None:
        """Fill the picture or a box (left, top, right, bottom) with a vertical gradient."""
        left, top, right, bottom = box or (0, 0, *self.size)
        self.image.paste(gradient((right - left, bottom - top), stops), (left, top))

    @contextmanager
    def layer(
        self, box: tuple[int, int, int, int] | None = None, *, blur: float = 0, opacity: float = 1.0
    ) -> Iterator[Pen]:
        """Give a pen for a sheet that is laid over the picture afterwards, blurred or thinned if asked."""
        left, top, right, bottom = box or (0, 0, *self.size)
        size = ((right - left) * SMOOTH, (bottom - top) * SMOOTH)
        if not blur:
            # Drawn on an enlarged copy, because Pillow mixes half-transparent ink only into pictures without alpha.
            before = self.image.crop((left, top, right, bottom))
            copy = before.resize(size, Image.Resampling.NEAREST)
            yield Pen(copy, (left, top))
            self.image.paste(Image.blend(before, copy.reduce(SMOOTH), opacity), (left, top))
            return
        sheet = Image.new("RGBA", size, (0, 0, 0, 0))
        yield Pen(sheet, (left, top))
        sheet = sheet.reduce(SMOOTH * 2).convert("RGBa").filter(ImageFilter.GaussianBlur(blur / 2)).convert("RGBA")
        sheet = sheet.resize((right - left, bottom - top), Image.Resampling.BICUBIC)
        mask = sheet.getchannel("A").point([round(value * opacity) for value in range(256)])
        self.image.paste(sheet.convert("RGB"), (left, top), mask)

    def mask(self, *shapes: Sequence[Point]) -> Image.Image:
        """Return polygons as a mask with smooth edges."""
        sheet = Image.new("L", (self.width * SMOOTH, self.height * SMOOTH))
        pen = Pen(sheet, (0, 0))
        for points in shapes:
            pen.shape(points, 255)
        return sheet.reduce(SMOOTH)

    def fill(self, fill: Image.Image | str | Colour, mask: Image.Image) -> None:
        """Lay a colour or a sheet over the picture where the mask is light."""
        if isinstance(fill, str):
            fill = rgb(fill)
        self.image.paste(fill, (0, 0, *self.size) if isinstance(fill, tuple) else (0, 0), mask)

    def shade(self, sheet: Image.Image, mask: Image.Image, strength: float) -> None:
        """Lighten and darken the picture under the mask by a grey sheet; 128 changes nothing."""
        soft = sheet.point([round(128 + (value - 128) * strength) for value in range(256)])
        shaded = ImageChops.overlay(self.image, Image.merge("RGB", (soft, soft, soft)))
        self.image.paste(shaded, (0, 0), mask)

    def glow(
        self, x: float, y: float, radius: float, colour: str | Colour, strength: float, power: float = 2.0
    ) -> None:
        """Add light around a point, strongest in the middle, gone at `radius`."""
        spot = Image.radial_gradient("L").point(
            [round(max(1 - value / 178, 0.0) ** power * strength * 255) for value in range(256)]
        )
        # 178 and not 255: Pillow's gradient reaches 255 in the corners of its square only.
        spot = spot.resize((round(radius * 2), round(radius * 2)), Image.Resampling.BICUBIC)
        left, top = round(x - radius), round(y - radius)
        box = (max(left, 0), max(top, 0), min(left + spot.width, self.width), min(top + spot.height, self.height))
        if box[0] < box[2] and box[1] < box[3]:
            self.light(spot.crop((box[0] - left, box[1] - top, box[2] - left, box[3] - top)), colour, box[:2])

    def light(self, mask: Image.Image, colour: str | Colour, corner: tuple[int, int] = (0, 0)) -> None:
        """Add coloured light where the mask is light; what is bright already cannot burn out."""
        tone = rgb(colour) if isinstance(colour, str) else colour
        sheet = Image.merge("RGB", [mask.point([round(value * part / 255) for value in range(256)]) for part in tone])
        under_it = self.image.crop((*corner, corner[0] + mask.width, corner[1] + mask.height))
        self.image.paste(ImageChops.screen(under_it, sheet), corner)

    def mist(self, top: int, bottom: int, colour: str, strength: float, cell: tuple[float, float] = (700, 120)) -> None:
        """Lay a bank of mist between two heights, thickest at the lower one."""
        size = (self.width, bottom - top)
        veil = curve(clouds(self.rng, size, cell), 40, 255)
        slope = ramp(size, [(0, 0), (0.7, round(255 * strength)), (1, 0)])
        self.image.paste(rgb(colour), (0, top, self.width, bottom), ImageChops.multiply(veil, slope))

    def reflect(
        self, horizon: int, depth: float = 1.0, sway: float = 10.0, darken: str = "#10202c", veil: float = 0.25
    ) -> None:
        """Fill everything below the horizon with the mirrored picture, broken by waves that grow towards us."""
        height = self.height - horizon
        source = self.image.crop((0, max(horizon - round(height / depth), 0), self.width, horizon))
        mirror = ImageOps.flip(source).resize((self.width, height), Image.Resampling.BILINEAR)
        strips = []
        y, phase = 0, 0.0
        while y < height:
            near = y / height
            tall = max(2, round(2 + 10 * near))
            bottom = min(y + tall, height)
            phase += self.rng.uniform(-1, 1) * sway * (0.25 + 1.6 * near)
            phase *= 0.72
            shift = phase
            lift = self.rng.uniform(-1.0, 1.0) * tall * 1.2
            upper = min(max(y + lift, 0), height - 3)
            lower = min(max(bottom + lift, upper + 1), height - 2)
            strips.append(
                (
                    (0, y, self.width, bottom),
                    (shift, upper, shift, lower, self.width + shift, lower, self.width + shift, upper),
                )
            )
            y = bottom
        water = mirror.transform(mirror.size, Image.Transform.MESH, strips, Image.Resampling.BILINEAR)
        # At the edges the shifted rows have nothing to show: the still mirror stands in for them.
        margin = round(sway * 3) + 2
        water.paste(mirror.crop((0, 0, margin, height)), (0, 0))
        water.paste(mirror.crop((self.width - margin, 0, self.width, height)), (self.width - margin, 0))
        water = water.filter(ImageFilter.GaussianBlur(1.4))
        water = Image.blend(water, Image.new("RGB", water.size, rgb(darken)), veil)
        self.image.paste(water, (0, horizon))

    def ripples(self, top: int, colour: str, strength: float, dark: int = 165) -> None:
        """Scatter glints over water from `top` to the lower edge, fine far away and broad near by."""
        height = self.height - top
        sheet = Image.new("L", (self.width, height))
        y = 0
        while y < height:
            near = y / height
            tall = max(24, round(30 + 170 * near))
            band = noise(self.rng, (self.width, tall), (26 + 150 * near, 1.6 + 9 * near))
            edge = ramp((self.width, tall), [(0, 0), (0.5, 255), (1, 0)])
            spot = ImageChops.multiply(curve(band, dark, 245), edge)
            area = (0, y, self.width, min(y + tall, height))
            sheet.paste(ImageChops.lighter(sheet.crop(area), spot.crop((0, 0, self.width, area[3] - y))), area)
            y += max(tall // 2, 1)
        full = Image.new("L", self.size)
        full.paste(sheet.point([round(value * strength) for value in range(256)]), (0, top))
        self.light(full, colour)

    def stars(self, bottom: int, count: int) -> None:
        """Scatter stars above `bottom`, more and brighter ones higher up."""
        sheet = Image.new("L", self.size)
        pen = ImageDraw.Draw(sheet)
        for _ in range(count):
            x, y = self.rng.uniform(0, self.width), bottom * self.rng.random() ** 1.4
            bright = round(40 + 200 * self.rng.random() ** 3)
            size = 0.4 + 1.5 * self.rng.random() ** 5
            pen.ellipse((x - size, y - size, x + size, y + size), fill=bright)
        self.light(sheet.filter(ImageFilter.GaussianBlur(0.6)), "#e8eeff")

    def finish(self, grain: float = 0.05, vignette: float = 0.25) -> Image.Image:
        """Return the picture with darker corners and a fine grain, which also hides the steps of gradients."""
        if vignette:
            corner = Image.radial_gradient("L").point(
                [255 - round((max(value - 70, 0) / 185) ** 1.5 * vignette * 255) for value in range(256)]
            )
            corner = corner.resize(self.size, Image.Resampling.BICUBIC)
            self.image = ImageChops.multiply(self.image, Image.merge("RGB", (corner, corner, corner)))
        if grain:
            # One tile, laid next to itself: nobody sees a seam in dust.
            tile = 1024
            sheet = Image.frombytes("L", (tile, tile), self.rng.randbytes(tile * tile)).filter(
                ImageFilter.GaussianBlur(0.7)
            )
            dust = Image.new("L", self.size)
            for left in range(0, self.width, tile):
                for top in range(0, self.height, tile):
                    dust.paste(sheet, (left, top))
            dust = dust.point([round(128 + (value - 128) * grain * 2) for value in range(256)])
            self.image = ImageChops.add(self.image, Image.merge("RGB", (dust, dust, dust)), scale=1, offset=-128)
        return self.image

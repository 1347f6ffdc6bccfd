"""What stands in more than one demo picture: the open sea, gulls, firs."""

from PIL import Image, ImageChops, ImageOps

from newsroom.demo.canvas import Canvas, Pen, Point, curve, mix, noise, ramp, rgb, spline


def sea(canvas: Canvas, horizon: int, far: str, near: str, foam: str) -> None:
    """Paint an open sea with swell that grows towards us and a few white crests."""
    width, height = canvas.size
    canvas.wash([(0, far), (0.25, "#6c8084"), (1, near)], (0, horizon, width, height))
    y = horizon
    while y < height:
        near_by = (y - horizon) / (height - horizon)
        tall = max(16, round(14 + 190 * near_by))
        area = (0, y, width, min(y + tall, height))
        size = (width, tall)
        cell = (40 + 420 * near_by, 4 + 40 * near_by)
        swell = noise(canvas.rng, size, cell)
        fine = noise(canvas.rng, size, (14 + 60 * near_by, 2 + 7 * near_by))
        both = Image.blend(swell, fine, 0.45)
        edge = ramp(size, [(0, 0), (0.5, 255), (1, 0)])
        cut = (0, 0, width, area[3] - y)
        canvas.image.paste(
            mix(near, "#0d1d24", 0.4),
            area,
            ImageChops.multiply(curve(ImageOps.invert(both), 120, 220, 190), edge).crop(cut),
        )
        canvas.image.paste(mix(far, foam, 0.3), area, ImageChops.multiply(curve(both, 128, 230, 150), edge).crop(cut))
        canvas.image.paste(rgb(foam), area, ImageChops.multiply(curve(both, 176, 215, 210), edge).crop(cut))
        y += max(round(tall * 0.5), 6)


def gull(pen: Pen, x: float, y: float, size: float, tilt: float, ink: str) -> None:
    """Draw a bird far away as two bent wings."""
    left = spline([(x - size, y - size * (0.1 + tilt)), (x - size * 0.5, y - size * 0.42), (x, y)], 6)
    right = spline([(x, y), (x + size * 0.5, y - size * 0.42), (x + size, y - size * (0.1 - tilt))], 6)
    pen.line([*left, *right], max(size * 0.12, 1.2), ink)


def fir(pen: Pen, wild: float, x: float, foot: float, tall: float, ink: object) -> None:
    """Draw a fir as a stack of drooping branches; `wild` from 0 to 1 makes each a little different."""
    outline: list[Point] = [(x, foot - tall)]
    tiers = 6
    for side in (1, -1):
        run = []
        for tier in range(1, tiers + 1):
            y = foot - tall * (1 - tier / tiers * 0.93)
            reach = tall * 0.19 * tier / tiers * (0.82 + 0.36 * ((wild * 13 + tier * side) % 1))
            run += [(x + side * reach, y), (x + side * reach * 0.5, y - tall * 0.02)]
        outline += run if side > 0 else list(reversed(run))
        if side > 0:
            outline += [(x + tall * 0.015, foot), (x - tall * 0.015, foot)]
    pen.shape(outline, ink)

"""Renditions: which sizes and formats of a picture there are, and their addresses.

Decides the fixed list of widths, what is never enlarged, and what goes into `srcset`. Pure: no ORM, no files,
no Pillow, so that templates, feeds and tests can reckon with pictures that exist nowhere. Making the files
stands in `darkroom.py`, giving them out in `views.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

# Ascending. Addresses are kept by caches for a year: adding a width is harmless, changing what one means is not.
WIDTHS = (320, 480, 640, 960, 1280, 1920)
# What a browser without srcset, a feed reader or a crawler gets.
PLAIN_WIDTH = 1280
SMALL_WIDTH = 480
THUMB_WIDTH = 320
# Open Graph's customary size; see https://ogp.me/ and the crawlers' own documentation.
SHARE_SIZE = (1200, 630)
# WebP has 14 bits for a side (RFC 9649 §2.4); a taller rendition could not be written.
MAX_HEIGHT = 16_383

#: Where the addresses of renditions begin. A preview for outsiders has a place of its own, behind its token.
ROOT = "/photos"

WEBP = "webp"
JPEG = "jpg"
CONTENT_TYPES = {WEBP: "image/webp", JPEG: "image/jpeg"}


@dataclass(frozen=True, slots=True)
class Source:
    """One `<source>` of a `<picture>`: a media type and what `srcset` says."""

    type: str
    srcset: str


@dataclass(frozen=True)
class Picture:
    """A picture as pages use it. Width and height are pixels of the original, after its orientation."""

    digest: str
    width: int
    height: int
    root: str = ROOT

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError(f"a picture has at least one pixel, not {self.width} × {self.height}")

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """The widths it is rendered at, ascending, never empty, never above its own.

        A picture narrower than the widest is also rendered at its own width. One so tall that its rendition
        would not fit into a WebP is rendered narrower.
        """
        own = self.width
        if self.height > MAX_HEIGHT:
            own = max(1, self.width * MAX_HEIGHT // self.height)
        widest = min(own, WIDTHS[-1])
        return (
            *(width for width in WIDTHS if width < widest and self.height_at(width) <= MAX_HEIGHT),
            widest,
        )

    def height_at(self, width: int) -> int:
        """Return the height of the rendition of this width, in pixels: at least one, and what WebP can hold."""
        return min(max(1, round(self.height * width / self.width)), MAX_HEIGHT)

    def url(self, width: int, kind: str) -> str:
        """Return the path of one rendition; `kind` is `webp` or `jpg`."""
        return f"{self.root}/{self.digest}/{width}.{kind}"

    def _srcset(self, kind: str) -> str:
        return ", ".join(f"{self.url(width, kind)} {width}w" for width in self.widths)

    @property
    def webp_srcset(self) -> str:
        """All WebP renditions, as `srcset` wants them."""
        return self._srcset(WEBP)

    @property
    def jpeg_srcset(self) -> str:
        """All JPEG renditions, as `srcset` wants them."""
        return self._srcset(JPEG)

    @property
    def sources(self) -> tuple[Source, ...]:
        """The formats, best first: a browser takes the first that it understands."""
        return (
            Source(CONTENT_TYPES[WEBP], self.webp_srcset),
            Source(CONTENT_TYPES[JPEG], self.jpeg_srcset),
        )

    def _at_most(self, limit: int) -> int:
        return max((width for width in self.widths if width <= limit), default=self.widths[0])

    @property
    def src_width(self) -> int:
        """Width of `src`."""
        return self._at_most(PLAIN_WIDTH)

    @property
    def src_height(self) -> int:
        """Height of `src`."""
        return self.height_at(self.src_width)

    @property
    def src(self) -> str:
        """The JPEG for whoever takes just one."""
        return self.url(self.src_width, JPEG)

    @property
    def small_width(self) -> int:
        """Width of `small`."""
        return self._at_most(SMALL_WIDTH)

    @property
    def small_height(self) -> int:
        """Height of `small`."""
        return self.height_at(self.small_width)

    @property
    def small(self) -> str:
        """The one JPEG of the lite edition, at most 480 pixels wide."""
        return self.url(self.small_width, JPEG)

    @property
    def thumb_width(self) -> int:
        """Width of `thumb`."""
        return self._at_most(THUMB_WIDTH)

    @property
    def thumb_height(self) -> int:
        """Height of `thumb`."""
        return self.height_at(self.thumb_width)

    @property
    def thumb(self) -> str:
        """The small one for lists on the desk, at most 320 pixels wide."""
        return self.url(self.thumb_width, WEBP)

    @cached_property
    def share_size(self) -> tuple[int, int]:
        """Width and height of `share`: 1200 × 630, or less in the same shape where the picture is smaller."""
        wide, high = SHARE_SIZE
        scale = min(1.0, self.width / wide, self.height / high)
        return max(1, round(wide * scale)), max(1, round(high * scale))

    @property
    def share_box(self) -> tuple[float, float, float, float]:
        """What `share` shows of the original: left, top, right, bottom in pixels, around the centre."""
        wide, high = self.share_size
        scale = min(self.width / wide, self.height / high)
        left, top = (self.width - wide * scale) / 2, (self.height - high * scale) / 2
        return left, top, left + wide * scale, top + high * scale

    @property
    def share_width(self) -> int:
        """Width of `share`."""
        return self.share_size[0]

    @property
    def share_height(self) -> int:
        """Height of `share`."""
        return self.share_size[1]

    @property
    def share(self) -> str:
        """The JPEG for social networks and search engines."""
        return f"{self.root}/{self.digest}/share.{JPEG}"

    def names(self) -> Iterator[str]:
        """Yield the file name of each rendition, as it stands at the end of its address."""
        for width in self.widths:
            yield f"{width}.{WEBP}"
            yield f"{width}.{JPEG}"
        yield f"share.{JPEG}"

"""The pictures of the demo newsroom: what each shows, whose it is, and its file.

Decides alt text, caption and credit of every picture. Most are drawn by `scenes/` when the demo newsroom is made;
five are free photographs kept in `photos/`. People and agencies in the credits of the drawings are invented.
"""

import io
from dataclasses import dataclass
from pathlib import Path

from newsroom.demo.canvas import Canvas
from newsroom.demo.metadata import Legend, stamp
from newsroom.demo.scenes import SCENES

PHOTOS = Path(__file__).resolve().parent / "photos"
_QUALITY = 88


@dataclass(frozen=True, slots=True)
class PictureSpec:
    """One picture of the library; `kind` is landscape, map, chart, illustration or photo."""

    kind: str
    title: str
    alt: str
    caption: str
    filename: str
    agency: str = ""
    photographer: str = ""
    source: str = ""
    distributor: str = ""
    licence: str = "MIT, like the program that draws it"


PICTURES: dict[str, PictureSpec] = {
    "far-east-line": PictureSpec(
        kind="map",
        title="The line from Vladivostok to Pyongyang",
        alt=("Stylised map: a red line runs from Vladivostok down the coast and across North Korea to Pyongyang."),
        caption=("The line from Vladivostok to Pyongyang, as an artist sees it. Distances and coasts are simplified."),
        filename="far-east-line.jpg",
        agency="Newsroom Graphics",
        photographer="Ida Brandvold",
        source="Demo Picture Desk",
        distributor="Open Wire",
    ),
    "ferry-map": PictureSpec(
        kind="map",
        title="The ferry lines of the Gannet Sound",
        alt=("Sea chart of a sound between two coasts with three ferry lines, the daily one from Port Orrin in red."),
        caption=(
            "Three lines cross the Gannet Sound. The 6.40 from Port Orrin is the only one that "
            "runs all year to Saint Elvan."
        ),
        filename="ferry-map.jpg",
        agency="Newsroom Graphics",
        photographer="Oskar Telle",
        source="Sound Line timetable",
    ),
    "harbour-dusk": PictureSpec(
        kind="landscape",
        title="Port Orrin at dusk",
        alt=("A harbour after sunset: cranes and a lit ferry stand black against an orange sky and its reflection."),
        caption="The inner harbour of Port Orrin after sunset, with the evening ferry at the quay.",
        filename="harbour-dusk.jpg",
        agency="Anwin Press Pictures",
        photographer="Maren Oyelaran",
        source="Demo Picture Desk",
        distributor="Open Wire",
    ),
    "mountain-valley": PictureSpec(
        kind="landscape",
        title="The Greywater valley",
        alt="Blue ridges behind one another, mist between them, a dark forest of firs in front.",
        caption="The Greywater valley from the pass road, an hour after sunrise.",
        filename="mountain-valley.jpg",
        agency="Anwin Press Pictures",
        photographer="Priya Wennerholm",
    ),
    "river-city": PictureSpec(
        kind="landscape",
        title="Tessary on the Anwin",
        alt=(
            "Gabled houses in many colours and a stone bridge stand mirrored in a calm river; a "
            "rowing boat lies in front."
        ),
        caption=("The old quay at Tessary. The bridge has carried the town’s arguments across the Anwin since 1612."),
        filename="river-city.jpg",
        agency="Anwin Press Pictures",
        photographer="Oskar Telle",
        source="City of Tessary",
    ),
    "wheat-field": PictureSpec(
        kind="landscape",
        title="Wheat on the Levels",
        alt="A field of ripe wheat under a wide blue sky, with a single tree near the horizon.",
        caption="Wheat on the Levels, two weeks before the usual harvest.",
        filename="wheat-field.jpg",
        agency="Anwin Press Pictures",
        photographer="Priya Wennerholm",
        distributor="Open Wire",
    ),
    "night-skyline": PictureSpec(
        kind="landscape",
        title="Saint Elvan at night",
        alt="Office towers with lit windows across dark water at night, under a full moon.",
        caption="The banking quarter of Saint Elvan, seen from the ferry.",
        filename="night-skyline.jpg",
        agency="Corvane Photo Union",
        photographer="Teodor Maas",
        source="Demo Picture Desk",
        distributor="Open Wire",
    ),
    "tide-barrier": PictureSpec(
        kind="landscape",
        title="The barrier in the Narrows",
        alt="A row of concrete piers with red huts carries steel gates across a rough grey sea.",
        caption="The barrier in the Narrows with its gates closed, as the engineers’ drawing has it.",
        filename="tide-barrier.jpg",
        agency="Newsroom Graphics",
        photographer="Ida Brandvold",
        source="Halmere Hydrographic Office",
    ),
    "seabird-cliff": PictureSpec(
        kind="landscape",
        title="The Candle at Marrow Head",
        alt=(
            "A tall sea stack streaked with white; rows of black and white birds stand on every ledge and gulls circle."
        ),
        caption="The Candle, the stack off Marrow Head, in the second week of June.",
        filename="seabird-cliff.jpg",
        agency="Anwin Press Pictures",
        photographer="Maren Oyelaran",
    ),
    "container-ship": PictureSpec(
        kind="illustration",
        title="Outward bound",
        alt=("Poster-like drawing of a loaded container ship with “Sound Line” on its hull, the sun low behind it."),
        caption="Every second box that leaves Port Orrin leaves on a ship of the Sound Line.",
        filename="container-ship.jpg",
        agency="Newsroom Graphics",
        photographer="Ida Brandvold",
    ),
    "night-train": PictureSpec(
        kind="illustration",
        title="The night train",
        alt="A red train with lit windows crosses a snowy plain at dusk, pink mountains behind it.",
        caption="The night train below the Ulver range, an hour before the border.",
        filename="night-train.jpg",
        agency="Newsroom Graphics",
        photographer="Oskar Telle",
        source="Demo Picture Desk",
        distributor="Open Wire",
    ),
    "hemicycle": PictureSpec(
        kind="chart",
        title="How the Assembly voted on the tide barrier",
        alt="Seating plan of 121 dots: 63 members voted for the tide barrier, 51 against, 7 abstained.",
        caption="The vote on the third reading of the Tide Barrier Act.",
        filename="hemicycle.jpg",
        agency="Newsroom Graphics",
        source="Journal of the Assembly",
    ),
    "bookshelf": PictureSpec(
        kind="illustration",
        title="Three shelves",
        alt="Three wooden shelves full of old books in warm lamplight.",
        caption="The shortlist fits on one shelf. The longlist took three.",
        filename="bookshelf.jpg",
        agency="Newsroom Graphics",
        photographer="Ida Brandvold",
    ),
    "reading-room": PictureSpec(
        kind="illustration",
        title="The reading room",
        alt=("A vaulted reading room lined with books; light from a tall window falls on desks with green lamps."),
        caption="The reading room of the Tessary library, drawn from the door.",
        filename="reading-room.jpg",
        agency="Newsroom Graphics",
        photographer="Oskar Telle",
    ),
    "film-reel": PictureSpec(
        kind="illustration",
        title="Reel and beam",
        alt="A metal film reel in a projector’s beam; a strip of film with small landscapes uncoils from it.",
        caption="Eleven of the festival’s films are shown from reels.",
        filename="film-reel.jpg",
        agency="Newsroom Graphics",
        photographer="Ida Brandvold",
        distributor="Open Wire",
    ),
    "microscope": PictureSpec(
        kind="illustration",
        title="Diatoms of the Gannet Sound",
        alt=("The round field of a microscope with glowing diatoms: discs, boats and stars with fine ribs and pores."),
        caption=("Diatoms from a bucket of the Gannet Sound, drawn as they look under a dark-field microscope."),
        filename="microscope.jpg",
        agency="Newsroom Graphics",
        photographer="Oskar Telle",
        source="University of Tessary",
    ),
    "tide-chart": PictureSpec(
        kind="chart",
        title="Higher water at Port Orrin",
        alt=(
            "Line chart: yearly highest tides at Port Orrin rise from about 2.6 metres in 1964 to "
            "3.1 on trend; 2024 reached 3.52."
        ),
        caption="The highest tide of each year at the customs-house gauge. Above 3.2 metres the quay floods.",
        filename="tide-chart.jpg",
        agency="Newsroom Graphics",
        source="Halmere Hydrographic Office",
    ),
    "freight-chart": PictureSpec(
        kind="chart",
        title="One quarter without cranes",
        alt=(
            "Bar chart of containers through Port Orrin by quarter: about 200,000 each, but "
            "96,000 in the quarter of the strike."
        ),
        caption="Forty-one days without cranes cost the port more than half of a quarter’s boxes.",
        filename="freight-chart.jpg",
        agency="Newsroom Graphics",
        source="Port Orrin Harbour Board",
    ),
    "rocket": PictureSpec(
        kind="photo",
        title="On the pad at dusk",
        alt="A white rocket stands lit on its launch pad at dusk between four lattice towers.",
        caption="A Falcon 9 rocket on its launch pad at dusk.",
        filename="rocket.jpg",
        agency="SpaceX",
        source="Public domain",
        licence="Public domain",
    ),
    "astronaut": PictureSpec(
        kind="photo",
        title="Portrait of an astronaut",
        alt=(
            "A smiling astronaut in an orange pressure suit, helmet under her arm, with a flag "
            "and a model shuttle behind her."
        ),
        caption=("An official portrait of the astronaut Eileen Collins, in the suit worn for launch and landing."),
        filename="astronaut.jpg",
        agency="NASA",
        source="Public domain",
        licence="Public domain",
    ),
    "hubble": PictureSpec(
        kind="photo",
        title="A deep field",
        alt="Hundreds of galaxies, white, blue and orange, scattered over a black sky.",
        caption="One of the Hubble telescope’s deep fields: nearly every speck of light is a galaxy.",
        filename="hubble-deep-field.jpg",
        agency="NASA",
        source="Public domain",
        licence="Public domain",
    ),
    "coffee": PictureSpec(
        kind="photo",
        title="Espresso",
        alt="A red espresso cup on a red saucer with a spoon, on a wooden table.",
        caption="An espresso, as it comes.",
        filename="coffee.jpg",
        photographer="Rachel Michetti",
        source="CC0",
        licence="CC0",
    ),
    "chelsea": PictureSpec(
        kind="photo",
        title="Chelsea",
        alt="Close portrait of a tabby cat with green eyes, looking past the camera.",
        caption="Chelsea, a cat, declines to comment.",
        filename="chelsea.jpg",
        photographer="Stefan van der Walt",
        source="CC0",
        licence="CC0",
    ),
}
"""Every picture by its name. The names stand in the stories' `lead` keys and `data-photo` attributes."""


def draw(name: str) -> bytes:
    """Return a picture as a JPEG with its legend inside; the same bytes each time on the same Pillow.

    Takes one to two seconds for a drawn picture on one core. Raises `KeyError` for a name that is not in the table.
    """
    spec = PICTURES[name]
    if spec.kind == "photo":
        return stamp((PHOTOS / spec.filename).read_bytes(), legend_of(spec))
    width, height, scene = SCENES[name]
    canvas = Canvas(name, width, height)
    scene(canvas)
    sheet = io.BytesIO()
    canvas.image.save(sheet, "JPEG", quality=_QUALITY)
    return stamp(sheet.getvalue(), legend_of(spec))


def legend_of(spec: PictureSpec) -> Legend:
    """Return what is stored inside the picture's file."""
    if spec.kind == "photo":
        rights, made = spec.licence, ""
    else:
        # A program drew it without a model trained on anything: the IPTC calls that algorithmic media.
        rights, made = f"{spec.agency}; free to use with this software", "algorithmicMedia"
    return Legend(
        headline=spec.title,
        caption=spec.caption,
        alt=spec.alt,
        agency=spec.agency,
        photographer=spec.photographer,
        source=spec.source,
        distributor=spec.distributor,
        copyright=rights,
        source_type=made,
    )

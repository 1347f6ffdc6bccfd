"""The demo pictures, one function each, in the table `SCENES`.

Decides what is to be seen. The tools are in `canvas.py`; captions, credits and file names in `pictures.py`. Nothing
here depicts a real event: the places are invented, apart from one stylised map that says so.
"""

from collections.abc import Callable

from newsroom.demo.canvas import Canvas
from newsroom.demo.scenes.charts import freight_chart, hemicycle, tide_chart
from newsroom.demo.scenes.illustrations import (
    bookshelf,
    container_ship,
    film_reel,
    microscope,
    night_train,
    reading_room,
)
from newsroom.demo.scenes.landscapes import (
    harbour_dusk,
    mountain_valley,
    night_skyline,
    river_city,
    seabird_cliff,
    tide_barrier,
    wheat_field,
)
from newsroom.demo.scenes.maps import far_east_line, ferry_map

SCENES: dict[str, tuple[int, int, Callable[[Canvas], None]]] = {
    "far-east-line": (2400, 1600, far_east_line),
    "ferry-map": (2400, 1600, ferry_map),
    "harbour-dusk": (2400, 1600, harbour_dusk),
    "mountain-valley": (2400, 1600, mountain_valley),
    "river-city": (2400, 1600, river_city),
    "wheat-field": (2400, 1350, wheat_field),
    "night-skyline": (2400, 1600, night_skyline),
    "tide-barrier": (2400, 1350, tide_barrier),
    "seabird-cliff": (2000, 2500, seabird_cliff),
    "container-ship": (2400, 1600, container_ship),
    "night-train": (2400, 1600, night_train),
    "hemicycle": (2400, 1600, hemicycle),
    "bookshelf": (2400, 1600, bookshelf),
    "reading-room": (2000, 2500, reading_room),
    "film-reel": (2400, 1600, film_reel),
    "microscope": (2400, 1600, microscope),
    "tide-chart": (2400, 1350, tide_chart),
    "freight-chart": (2400, 1350, freight_chart),
}
"""Every drawn picture: width, height and the function that draws it."""

"""What the demo pictures say about themselves inside their files: IPTC-IIM and XMP, written by hand.

Decides which property of a picture goes into which field, so that the photo library has something real to read.
Pure: bytes in, bytes out. The library's own reader does not share a line with this file, on purpose.

IPTC-IIM 4.2 (record 2) in a Photoshop image resource; XMP as in ISO 16684-1 and the IPTC Photo Metadata Standard.
"""

import struct
from dataclasses import dataclass
from xml.sax.saxutils import escape

SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"

#: Record 2 datasets and their limits in bytes (IIM 4.2).
_HEADLINE, _CAPTION, _BY_LINE, _CREDIT, _SOURCE, _COPYRIGHT = 105, 120, 80, 110, 115, 116
_LIMITS = {_HEADLINE: 256, _CAPTION: 2000, _BY_LINE: 32, _CREDIT: 32, _SOURCE: 32, _COPYRIGHT: 128}


@dataclass(frozen=True, slots=True)
class Legend:
    """The words to be stored in a picture. Empty ones are left out."""

    headline: str
    caption: str
    alt: str
    agency: str = ""
    photographer: str = ""
    source: str = ""
    distributor: str = ""
    copyright: str = ""
    source_type: str = ""


def stamp(jpeg: bytes, legend: Legend) -> bytes:
    """Return the JPEG with the legend in it, its pixels untouched. Raises `ValueError` when it is no JPEG."""
    if jpeg[:2] != b"\xff\xd8":
        raise ValueError("not a JPEG")
    start = 2
    if jpeg[2:4] == b"\xff\xe0":  # JFIF must stay first
        start += 2 + struct.unpack(">H", jpeg[4:6])[0]
    xmp = _segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp_packet(legend))
    iptc = _segment(0xED, iptc_block(legend))
    return jpeg[:start] + xmp + iptc + jpeg[start:]


def iptc_block(legend: Legend) -> bytes:
    """Return the content of an APP13 segment with the legend as IPTC-IIM.

    Raises `ValueError` when a text is longer than its field: cutting a credit silently is what we are here to prevent.
    """
    values = (
        (_BY_LINE, legend.photographer),
        (_HEADLINE, legend.headline),
        (_CREDIT, legend.agency),
        (_SOURCE, legend.source),
        (_COPYRIGHT, legend.copyright),
        (_CAPTION, legend.caption),
    )
    records = _dataset(1, 90, b"\x1b%G") + _dataset(2, 0, b"\0\4")  # UTF-8; version 4
    for number, words in values:
        if not words:
            continue
        data = words.encode()
        if len(data) > _LIMITS[number]:
            raise ValueError(f"IPTC field 2:{number} takes {_LIMITS[number]} bytes: {words!r}")
        records += _dataset(2, number, data)
    resource = b"8BIM" + struct.pack(">H", 0x0404) + b"\0\0" + struct.pack(">I", len(records)) + records
    return b"Photoshop 3.0\0" + resource + b"\0" * (len(records) % 2)


def xmp_packet(legend: Legend) -> bytes:
    """Return the legend as an XMP packet."""
    parts = [
        _seq("dc:creator", legend.photographer),
        _lang("dc:description", legend.caption),
        _lang("dc:title", legend.headline),
        _lang("dc:rights", legend.copyright),
        _plain("photoshop:Headline", legend.headline),
        _plain("photoshop:Credit", legend.agency),
        _plain("photoshop:Source", legend.source),
        _lang("Iptc4xmpCore:AltTextAccessibility", legend.alt),
        _plain("Iptc4xmpExt:DigitalSourceType", legend.source_type and SOURCE_TYPES + legend.source_type),
    ]
    if legend.distributor:
        name = f"<plus:ImageSupplierName>{escape(legend.distributor)}</plus:ImageSupplierName>"
        supplier = f'<rdf:Seq><rdf:li rdf:parseType="Resource">{name}</rdf:li></rdf:Seq>'
        parts.append(f"<plus:ImageSupplier>{supplier}</plus:ImageSupplier>")
    body = "\n   ".join(part for part in parts if part)
    packet = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
    xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/"
    xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
   {body}
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""
    return packet.encode()


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def _dataset(record: int, number: int, data: bytes) -> bytes:
    return struct.pack(">BBBH", 0x1C, record, number, len(data)) + data


def _plain(name: str, words: str) -> str:
    return f"<{name}>{escape(words)}</{name}>" if words else ""


def _seq(name: str, words: str) -> str:
    return f"<{name}><rdf:Seq><rdf:li>{escape(words)}</rdf:li></rdf:Seq></{name}>" if words else ""


def _lang(name: str, words: str) -> str:
    if not words:
        return ""
    return f'<{name}><rdf:Alt><rdf:li xml:lang="x-default">{escape(words)}</rdf:li></rdf:Alt></{name}>'

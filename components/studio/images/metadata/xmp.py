"""The XMP packet that says how a picture was made (ISO 16684-1)."""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from components.studio.images.metadata.generation import GenerationMetadata, to_json

MAX_PACKET_BYTES: Final = 64 * 1024  # what a JPEG segment can hold
_NAMESPACE: Final = "urn:kontext-studio:provenance:"
_PROPERTY: Final = f"{{{_NAMESPACE}}}record"

_PACKET: Final = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:kontext="{namespace}">'
    '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{prompt}</rdf:li></rdf:Alt>'
    "</dc:description>"
    "<xmp:CreatorTool>{app}</xmp:CreatorTool>"
    "<kontext:record>{record}</kontext:record>"
    "</rdf:Description></rdf:RDF></x:xmpmeta>"
    '<?xpacket end="w"?>'
)
# Forbidden in XML 1.0, or changed by every reader of it.
_FOR_XML: Final = {0xFFFE: "\ufffd", 0xFFFF: "\ufffd", 0x0D: "&#13;"}


def build_packet(metadata: GenerationMetadata, *, max_bytes: int) -> bytes:
    """An XMP packet of at most `max_bytes`, in UTF-8. The full record is in one property.

    Raises MetadataUnsupported when there is no room for it.
    """

    def written(record: str) -> bytes:
        return _PACKET.format(
            namespace=_NAMESPACE,
            prompt=escape(metadata.request.prompt).translate(_FOR_XML),
            app=escape(metadata.app),
            record=record,
        ).encode()

    return written(to_json(metadata, max_bytes=max_bytes - len(written(""))))


def written_by_us(xmp: bytes) -> bool:
    """Whether a packet holds our property and was written by nobody else since."""
    return xmp.startswith(_PACKET.partition("{")[0].encode()) and contains_our_namespace(xmp)


def contains_our_namespace(xmp: bytes) -> bool:
    """Whether a packet is worth reading."""
    return _NAMESPACE.encode() in xmp


def extract_record(xmp: bytes) -> str | None:
    """The JSON in a packet, whoever wrote the packet anew; None if there is none. Never raises.

    A packet that declares entities is not read: they can grow without end.
    """
    if len(xmp) > MAX_PACKET_BYTES or b"<!DOCTYPE" in xmp:
        return None
    try:
        # UTF-8 or nothing, so that no other encoding hides a declaration from the line above.
        root = ElementTree.fromstring(xmp.decode())  # noqa: S314 - short, and without entities
    except (ElementTree.ParseError, ValueError):
        return None
    for element in root.iter():
        if element.tag == _PROPERTY and element.text:
            return element.text
        if _PROPERTY in element.attrib:
            return element.attrib[_PROPERTY]
    return None

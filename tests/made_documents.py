"""Real documents of office and mail programs, made on the spot."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping

from olefile import OleFileIO

from tests.made_files import zipped

_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(text: str = "Hello from Word") -> bytes:
    """The smallest Word document that Word opens."""
    types = (
        '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    relations = (
        f'<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" '
        f'Type="{_OFFICE_RELATIONS}/officeDocument" Target="word/document.xml"/></Relationships>'
    )
    document = (
        f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{_WORD}"><w:body><w:p><w:r><w:t>{text}</w:t></w:r>'
        "</w:p></w:body></w:document>"
    )
    return zipped(
        {
            "[Content_Types].xml": types.encode(),
            "_rels/.rels": relations.encode(),
            "word/document.xml": document.encode(),
        }
    )


def odt(
    body: str,
    *,
    scripts: str = "",
    extra: Mapping[str, bytes] | None = None,
    mimetype: str = "text",
    body_element: str = "",
) -> bytes:
    """An OpenDocument file; ``body`` is what stands within ``<office:text>`` or its like."""
    element = f"office:{body_element or mimetype}"
    kind = f"application/vnd.oasis.opendocument.{mimetype}"
    names = ("office", "text", "table", "drawing", "script", "svg-compatible")
    prefixes = dict(zip(("office", "text", "table", "draw", "script", "svg"), names, strict=True))
    namespaces = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for prefix, name in prefixes.items()
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {namespaces} '
        f'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:ooo="http://openoffice.org/2004/office" '
        f'xmlns:dom="http://www.w3.org/2001/xml-events" office:version="1.2">'
        f"{scripts}<office:body><{element}>{body}</{element}></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        + "".join(
            f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml"/>' for name in extra or {}
        )
        + "</manifest:manifest>"
    )
    members = {"mimetype": kind.encode(), "content.xml": content.encode(), "META-INF/manifest.xml": manifest.encode()}
    return zipped({**members, **(extra or {})})


RTF = rb"{\rtf1\ansi{\fonttbl\f0 Helvetica;}\f0 Hello from RTF\par}"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"><rect width="60" height="40" fill="red"/></svg>'


# --- compound files --------------------------------------------------------------------------------------------------
Tree = Mapping[str, "bytes | Tree"]
_SECTOR, _MINI, _FREE, _END = 512, 64, 0xFFFF_FFFF, 0xFFFF_FFFE
_SMALL_BELOW = 4_096


def compound(tree: Tree) -> bytes:
    """A compound file with these streams (bytes) and storages (mappings), small streams in the mini stream."""
    entries: list[dict[str, int | str]] = [{"name": "Root Entry", "kind": 5, "right": _FREE, "child": _FREE}]
    contents: dict[int, bytes] = {}

    def add(children: Tree, parent: int) -> None:
        before: int | None = None
        for name, value in children.items():
            number = len(entries)
            kind = 2 if isinstance(value, bytes) else 1
            entries.append({"name": name, "kind": kind, "right": _FREE, "child": _FREE})
            if before is None:
                entries[parent]["child"] = number
            else:
                entries[before]["right"] = number
            before = number
            if isinstance(value, bytes):
                contents[number] = value
            else:
                add(value, number)

    add(tree, 0)
    return _written(entries, contents)


def streams_of(content: bytes) -> dict[str, bytes]:
    """The streams of a compound file, to be put into another."""
    with OleFileIO(io.BytesIO(content)) as file:
        return {path[-1]: file.openstream(path).read() for path in file.listdir() if len(path) == 1}


def packed(name: str, content: bytes) -> bytes:
    """A file as Windows' packager puts it into a document."""
    label = name.encode() + b"\0"
    body = b"\x02\0" + label + b"C:\\" + label + struct.pack("<HHI", 0, 3, len(label)) + label
    body += struct.pack("<I", len(content)) + content
    return compound({"\x01Ole10Native": struct.pack("<I", len(body)) + body})


def _written(entries: list[dict[str, int | str]], contents: dict[int, bytes]) -> bytes:
    mini, minifat = b"", list[int]()
    sectors: list[bytes] = [b""]  # the first is the allocation table, written last
    table = [0xFFFF_FFFD]

    def store(data: bytes) -> int:
        start, count = len(sectors), -(-len(data) // _SECTOR)
        sectors.extend(data[at : at + _SECTOR].ljust(_SECTOR, b"\0") for at in range(0, len(data), _SECTOR))
        table.extend([*range(start + 1, start + count), _END] if count else [])
        return start if count else _END

    for number, data in contents.items():
        entries[number]["size"] = len(data)
        if len(data) >= _SMALL_BELOW:
            entries[number]["start"] = store(data)
        else:
            start, count = len(minifat), -(-len(data) // _MINI)
            minifat.extend([*range(start + 1, start + count), _END] if count else [])
            entries[number]["start"] = start if count else _END
            mini += data.ljust(count * _MINI, b"\0")
    entries[0] |= {"start": store(mini), "size": len(mini)}
    minifat_at = store(struct.pack(f"<{len(minifat)}I", *minifat).ljust(_SECTOR, b"\xff"))
    directory_at = store(b"".join(map(_entry, entries)))
    sectors[0] = struct.pack(f"<{len(table)}I", *table).ljust(_SECTOR, b"\xff")
    assert len(sectors[0]) == _SECTOR, "one table sector is enough for a test"
    magic = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    head = magic + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<9I", 0, 1, directory_at, 0, _SMALL_BELOW, minifat_at, 1, _END, 0)
    head += struct.pack("<I", 0) + b"\xff" * 432
    return head + b"".join(sectors)


def _entry(entry: dict[str, int | str]) -> bytes:
    name = str(entry["name"]).encode("utf-16-le") + b"\0\0"
    links = struct.pack("<HBBIII", len(name), entry["kind"], 1, _FREE, entry["right"], entry["child"])
    return (
        name.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", entry.get("start", _END), entry.get("size", 0))
    )


def outlook(subject: str, body: str, attachments: Mapping[str, bytes]) -> bytes:
    """An Outlook message with Unicode properties."""

    def text(tag: str, value: str) -> tuple[str, bytes]:
        return f"__substg1.0_{tag}001F", value.encode("utf-16-le")

    attached = {
        f"__attach_version1.0_#{number:08X}": dict([text("3707", name), ("__substg1.0_37010102", data)])
        for number, (name, data) in enumerate(attachments.items())
    }
    properties = dict([text("0037", subject), text("1000", body), text("0C1A", "Jürgen"), text("0E04", "ops")])
    return compound({"__properties_version1.0": bytes(32), **properties, **attached})


def with_macro(basic: str) -> bytes:
    """An OpenDocument text whose macro runs when it is opened, where macros run."""
    library = (
        '<?xml version="1.0" encoding="UTF-8"?><library:library xmlns:library="http://openoffice.org/2000/library" '
        'library:name="Standard" library:readonly="false" library:passwordprotected="false">'
        '<library:element library:name="Module1"/></library:library>'
    )
    libraries = (
        '<?xml version="1.0" encoding="UTF-8"?><library:libraries xmlns:library="http://openoffice.org/2000/library" '
        'xmlns:xlink="http://www.w3.org/1999/xlink"><library:library library:name="Standard" library:link="false"/>'
        "</library:libraries>"
    )
    module = (
        '<?xml version="1.0" encoding="UTF-8"?><script:module xmlns:script="http://openoffice.org/2000/script" '
        'script:name="Module1" script:language="StarBasic">Sub Main\n'
        f"{basic.replace(chr(34), '&quot;')}\nEnd Sub</script:module>"
    )
    scripts = (
        '<office:scripts><office:event-listeners><script:event-listener script:language="ooo:script" '
        'script:event-name="dom:load" xlink:type="simple" '
        'xlink:href="vnd.sun.star.script:Standard.Module1.Main?language=Basic&amp;location=document"/>'
        "</office:event-listeners></office:scripts>"
    )
    extra = {
        "Basic/Standard/Module1.xml": module.encode(),
        "Basic/Standard/script-lb.xml": library.encode(),
        "Basic/script-lc.xml": libraries.encode(),
    }
    return odt("<text:p>Hello</text:p>", scripts=scripts, extra=extra)

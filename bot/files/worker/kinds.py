"""The kinds of file that are told apart.

Pure.
"""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    EMPTY = "empty"
    JPEG = "JPEG"
    PNG = "PNG"
    GIF = "GIF"
    WEBP = "WebP"
    HEIF = "HEIC"
    AVIF = "AVIF"
    TIFF = "TIFF"
    BMP = "BMP"
    JPEG2000 = "JPEG 2000"
    PSD = "Photoshop"
    ICO = "icon"
    ICNS = "Apple icon"
    DDS = "DirectDraw"
    QOI = "QOI"
    PNM = "PNM"
    PCX = "PCX"
    SGI = "SGI"
    SUN = "Sun raster"
    CURSOR = "cursor"
    TGA = "Targa"
    RAW = "camera raw"
    PICTURE = "picture"
    PDF = "PDF"
    ZIP = "zip"
    TAR = "tar"
    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"
    LZMA = "lzma"
    ZSTD = "zstd"
    OLE = "ole"
    RTF = "rtf"
    MAIL = "mail"
    TNEF = "winmail.dat"
    DBASE = "dBase"
    OLD_EXCEL = "old Excel"
    OFFICE = "old office program"
    SIGNED = "signed file"
    PROPERTIES = "property list"
    EPS = "EPS drawing"
    TEXT = "text"
    AUDIO = "audio"
    VIDEO = "video"
    PROGRAM = "program"
    ARCHIVE = "archive"
    UNKNOWN = "unknown"


IMAGES = frozenset(
    {Kind.JPEG, Kind.PNG, Kind.GIF, Kind.WEBP, Kind.HEIF, Kind.AVIF, Kind.TIFF, Kind.BMP, Kind.JPEG2000, Kind.PSD}
    | {Kind.ICO, Kind.RAW, Kind.ICNS, Kind.DDS, Kind.QOI, Kind.PNM, Kind.PCX, Kind.SGI, Kind.SUN, Kind.CURSOR, Kind.TGA}
)
PACKED = frozenset({Kind.ZIP, Kind.TAR, Kind.GZIP, Kind.BZIP2, Kind.XZ, Kind.LZMA, Kind.ZSTD, Kind.ARCHIVE})

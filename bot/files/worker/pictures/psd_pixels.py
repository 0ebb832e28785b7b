"""Draws one layer of a Photoshop file as far as it is on the canvas, with its masks, and says what is left out.

Pure, on bytes.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

from PIL import Image, ImageChops

from bot.files.worker.pictures import colours, psd_channels
from bot.files.worker.pictures.psd import PsdError, PsdHead
from bot.files.worker.pictures.psd_blending import MODES, PLAIN, faded
from bot.files.worker.pictures.psd_layers import ALPHA, GROUP_MASK, MASK, Box, Layer, Mask

CANVAS_PX_MAX = 24_000_000
LAID_PX_MAX = 300_000_000
"""Pixels of all layers together; later layers are left out, and named as missing."""
COLOURS = {1: "L", 3: "RGB", 4: "CMYK", 8: "L", 9: "LAB"}
"""Photoshop's modes that pictures with layers can have, by Pillow's names."""
_ADJUSTING = frozenset(
    [*b"levl curv brit blnc hue2 selc mixr grdm phfl nvrt post thrs vibA expA clrL blwh CgEd".split(), b"hue "]
)
_EFFECTS = frozenset({b"lfx2", b"lmfx"})
_PATTERNS = frozenset({b"GdFl", b"PtFl"})
_OUTLINES = frozenset({b"vmsk", b"vsms"})
_COLOUR = re.compile(rb"(Rd  |Grn |Bl  )doub(.{8})", re.DOTALL)
_EDGE = re.compile(rb"(Left|Top |Rght|Btom)doub(.{8})", re.DOTALL)
_GROUND = b"artboardBackgroundTypelong"
_WHITE, _BLACK, _CLEAR = 1, 2, 3
_SIDE_PX_MAX = 300_000
"""Photoshop's own limit."""


@dataclass(slots=True)
class Pixels:
    """``missing`` names what can't be shown, as plural nouns."""

    data: bytes = field(repr=False)
    of: PsdHead
    missing: list[str] = field(default_factory=list)
    laid_px: int = 0

    def miss(self, what: str) -> None:
        if what not in self.missing:
            self.missing.append(what)

    def look_at(self, layer: Layer) -> None:
        """Notes features that are not supported."""
        keys = layer.blocks.keys()
        if _ADJUSTING & keys:
            self.miss("adjustment layers")
        if _has_effects(layer):
            self.miss("effects of layers")
        if _PATTERNS & keys and not area(layer.box):
            self.miss("fills with gradients or patterns")
        if _OUTLINES & keys and not area(layer.box):
            self.miss("shapes without pixels")
        if layer.mode not in MODES and layer.mode not in PLAIN and not layer.group:
            self.miss("rare modes of blending")

    def of_layer(self, layer: Layer) -> tuple[Image.Image, Box] | None:
        """As RGBA, without its opacity; ``None`` if nothing of it is on the canvas, or can be shown."""
        cut = self._on_canvas(layer.box)
        found = (self._own(layer, cut), cut) if cut is not None else (self._fill(layer), self.canvas)
        made, box = found
        return (self.masked(made, box, layer), box) if made is not None else None

    @property
    def canvas(self) -> Box:
        return (0, 0, self.of.width, self.of.height)

    def _on_canvas(self, box: Box) -> Box | None:
        """The part of the box that is on the canvas."""
        left, top, right, bottom = box
        cut = (max(left, 0), max(top, 0), min(right, self.of.width), min(bottom, self.of.height))
        return cut if area(cut) and cut[0] < cut[2] else None

    def _own(self, layer: Layer, cut: Box) -> Image.Image | None:
        if not self._is_bearable(layer.box):
            self.miss("layers that are too large")
            return None
        left, top, *_ = layer.box
        part = (cut[0] - left, cut[1] - top, cut[2] - left, cut[3] - top)
        numbers = range(len(COLOURS[self.of.mode]))
        try:
            planes = [self._plane(layer, number, layer.box).crop(part) for number in numbers]
            alpha = self._plane(layer, ALPHA, layer.box).crop(part) if ALPHA in layer.channels else None
        except PsdError:
            self.miss("layers that are damaged")
            return None
        made = self._in_rgb(planes).convert("RGBA")
        if alpha is not None:
            made.putalpha(alpha)
        return made

    def _is_bearable(self, box: Box) -> bool:
        self.laid_px += area(box)
        return area(box) <= 2 * CANVAS_PX_MAX and self.laid_px <= LAID_PX_MAX

    def _in_rgb(self, planes: list[Image.Image]) -> Image.Image:
        mode = COLOURS[self.of.mode]
        if mode == "CMYK":
            merged = Image.merge(mode, [ImageChops.invert(plane) for plane in planes])
            return colours.in_srgb(merged, self.of.profile)
        return colours.eight_bit(planes[0] if len(planes) == 1 else Image.merge(mode, planes))

    def _plane(self, layer: Layer, number: int, box: Box) -> Image.Image:
        begin, end = layer.channels.get(number, (0, 0))
        size = (box[2] - box[0], box[3] - box[1])
        if max(size) > _SIDE_PX_MAX or area(box) > 2 * CANVAS_PX_MAX:
            raise PsdError("too large")
        return psd_channels.plane(self.data[begin:end], size, self.of.depth, large=self.of.is_large)

    def _fill(self, layer: Layer) -> Image.Image | None:
        """A fill of one colour, which has no pixels of its own and covers the canvas."""
        block = layer.blocks.get(b"SoCo", b"")
        if not block or area(layer.box) or _OUTLINES & layer.blocks.keys():
            return None
        colour = _rgb(block)
        if colour is None:
            self.miss("fills with colours that are not given in RGB")
            return None
        return Image.new("RGBA", (self.of.width, self.of.height), (*colour, 255))

    def ground(self, group: Layer) -> tuple[Image.Image, Image.Image] | None:
        """The background of an artboard, and its area as a mask; ``None`` for other groups."""
        block = group.blocks.get(b"artb", b"")
        edges = {name: round(struct.unpack(">d", value)[0]) for name, value in reversed(_EDGE.findall(block))}
        cut = self._on_canvas(tuple(edges[name] for name in _EDGES)) if len(edges) == len(_EDGES) else None
        if cut is None:
            return None
        within = Image.new("L", (self.of.width, self.of.height))
        within.paste(255, cut)
        found = Image.new("RGBA", within.size)
        at = block.find(_GROUND)
        sort = int.from_bytes(block[at + len(_GROUND) :][:4], "big") if at >= 0 else _WHITE
        colour = {_WHITE: (255, 255, 255), _BLACK: (0, 0, 0)}.get(sort) or _rgb(block)
        if sort != _CLEAR and colour is not None:
            found.paste((*colour, 255), cut)
        return found, within

    def masked(self, made: Image.Image, box: Box, layer: Layer) -> Image.Image:
        """``made`` fills the box; what the layer's mask hides becomes transparent."""
        mask = layer.mask
        number = MASK if MASK in layer.channels else GROUP_MASK
        if mask is None or not mask.is_on or number not in layer.channels:
            return made
        if mask.feathered:
            self.miss("soft edges of masks")
        try:
            plane = self._plane(layer, number, mask.box) if area(mask.box) else Image.new("L", (0, 0))
        except PsdError:
            self.miss("masks that are damaged or too large")
            return made
        return faded(made, _as_strong(cut_of(plane, mask.box, box, mask.outside), mask))


_EDGES = (b"Left", b"Top ", b"Rght", b"Btom")


def _as_strong(plane: Image.Image, mask: Mask) -> Image.Image:
    """A mask of lower density lets more through."""
    plane = ImageChops.invert(plane) if mask.inverted else plane
    density = mask.density
    return plane if density == 255 else plane.point([255 - (255 - value) * density // 255 for value in range(256)])


def _rgb(block: bytes) -> tuple[int, int, int] | None:
    found = {name: struct.unpack(">d", value)[0] for name, value in _COLOUR.findall(block)}
    if len(found) < 3:
        return None
    red, green, blue = (int(max(0.0, min(255.0, found[name])) + 0.5) for name in (b"Rd  ", b"Grn ", b"Bl  "))
    return red, green, blue


def _has_effects(layer: Layer) -> bool:
    """Whether one is switched on. A block for older versions may accompany the newer ones."""
    newer = [layer.blocks[key] for key in _EFFECTS & layer.blocks.keys()]
    if newer:
        return any(b"enabbool\x01" in block and b"masterFXSwitchbool\0" not in block for block in newer)
    return b"lrFX" in layer.blocks


def area(box: Box) -> int:
    return max(box[2] - box[0], 0) * max(box[3] - box[1], 0)


def cut_of(plane: Image.Image, at: Box, box: Box, outside: int) -> Image.Image:
    """The part of a plane within the box; beyond the plane the value is ``outside``."""
    found = Image.new("L", (box[2] - box[0], box[3] - box[1]), outside)
    if plane.width and plane.height:
        found.paste(plane, (at[0] - box[0], at[1] - box[1]))
    return found

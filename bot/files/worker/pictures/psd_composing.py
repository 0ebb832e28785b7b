"""Composes the visible layers of a Photoshop file, and says what is missing.

Pure, on bytes. As in Photoshop: opacity, masks, clipping, groups, artboards, the more common blend modes.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from bot.files.worker.pictures.psd import PsdError, PsdHead
from bot.files.worker.pictures.psd_blending import blended, faded
from bot.files.worker.pictures.psd_layers import CLOSES, OPENS, Box, Layer
from bot.files.worker.pictures.psd_pixels import CANVAS_PX_MAX, COLOURS, Pixels, cut_of

_GROUPS_DEEP = 10


@dataclass(slots=True)
class _Canvas:
    """The picture so far, and the alpha of the layer that others may be clipped to."""

    picture: Image.Image
    base: tuple[Image.Image, Box] | None = None
    base_is_hidden: bool = False

    def lay(self, made: Image.Image, box: Box, mode: str) -> None:
        self.picture.paste(blended(self.picture.crop(box), made, mode), box)


def picture(data: bytes, of: PsdHead, layers: list[Layer]) -> tuple[Image.Image, list[str]]:
    """In RGBA, and what is missing, as plural nouns. Raises ``PsdError`` if no layer can be shown."""
    if of.mode not in COLOURS or of.width * of.height > CANVAS_PX_MAX:
        raise PsdError("colours that are not laid over each other here, or too many pixels")
    pixels = Pixels(data, of)
    canvas = _Canvas(_empty(pixels))
    if not _lay(pixels, canvas, layers, 0):
        raise PsdError("no layer that can be shown")
    return canvas.picture, pixels.missing


def _empty(pixels: Pixels) -> Image.Image:
    return Image.new("RGBA", (pixels.of.width, pixels.of.height))


def _lay(pixels: Pixels, canvas: _Canvas, layers: list[Layer], depth: int) -> int:
    """Paints the layers from the lowest up; returns how many could be shown."""
    shown = 0
    level = grouped(layers)
    for number, (layer, within) in enumerate(level):
        is_clipped = layer.is_clipped and (canvas.base is not None or canvas.base_is_hidden)
        if not is_clipped:
            canvas.base, canvas.base_is_hidden = None, layer.is_hidden
        if layer.is_hidden or (is_clipped and canvas.base_is_hidden):
            continue
        pixels.look_at(layer)
        if within is None:
            shown += _lay_one(pixels, canvas, layer, is_clipped=is_clipped)
        elif depth < _GROUPS_DEEP:
            is_base = not is_clipped and number + 1 < len(level) and level[number + 1][0].is_clipped
            passing = not (is_base or is_clipped) and _passes(layer)
            lay = _lay_passing if passing else _lay_group
            shown += lay(pixels, canvas, layer, within, depth)
        else:
            pixels.miss("groups that are nested very deep")
    return shown


def _passes(group: Layer) -> bool:
    """Whether its layers are painted as if they were in no group."""
    return _mode(group) == "pass" and group.opacity == 255 and group.mask is None and b"artb" not in group.blocks


def _mode(group: Layer) -> str:
    """The group's own blend mode, which follows the marker of the group."""
    block = group.blocks.get(b"lsct") or group.blocks.get(b"lsdk") or b""
    return block[8:12].decode("ascii", "replace") if len(block) >= 12 else group.mode


def _lay_passing(pixels: Pixels, canvas: _Canvas, _: Layer, within: list[Layer], depth: int) -> int:
    inner = _Canvas(canvas.picture)
    return _lay(pixels, inner, within, depth + 1)


def _lay_group(pixels: Pixels, canvas: _Canvas, group: Layer, within: list[Layer], depth: int) -> int:
    board = pixels.ground(group)
    inner = _Canvas(board[0] if board else _empty(pixels))
    shown = _lay(pixels, inner, within, depth + 1)
    made = pixels.masked(inner.picture, pixels.canvas, group)
    made = faded(faded(made, board[1]) if board else made, group.opacity)
    _clip_or_become_base(canvas, made, pixels.canvas, _mode(group))
    return shown


def _lay_one(pixels: Pixels, canvas: _Canvas, layer: Layer, *, is_clipped: bool) -> int:
    found = pixels.of_layer(layer)
    if found is None:
        if not is_clipped:
            canvas.base_is_hidden = True
        return 0
    made, box = found
    _clip_or_become_base(canvas, faded(made, layer.opacity * layer.fill // 255), box, layer.mode)
    return 1


def _clip_or_become_base(canvas: _Canvas, made: Image.Image, box: Box, mode: str) -> None:
    if canvas.base is not None:
        made = faded(made, cut_of(*canvas.base, box, 0))
    else:
        canvas.base = (made.getchannel("A"), box)
    canvas.lay(made, box, mode)


def grouped(layers: list[Layer]) -> list[tuple[Layer, list[Layer] | None]]:
    """The layers of one level, from the lowest; for a group, its record and the layers in it."""
    found: list[tuple[Layer, list[Layer] | None]] = []
    depth, within = 0, list[Layer]()
    for layer in layers:
        if layer.group == CLOSES:
            depth += 1
            if depth == 1:
                within = []
                continue
        elif layer.group in OPENS and depth:
            depth -= 1
            if depth == 0:
                found.append((layer, within))
                continue
        if depth:
            within.append(layer)
        elif layer.group not in OPENS:
            found.append((layer, None))
    return found if not depth else [*found, *grouped(within)]

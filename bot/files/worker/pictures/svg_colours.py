"""Rewrites colours of newer CSS for the renderer.

Pure. Source: CSS Color 4, whose sample code has the figures of Oklab.
"""

from __future__ import annotations

import math
import re

_NUMBER = r"[+-]?(?:\d{1,12}\.?\d{0,12}|\.\d{1,12})(?:e[+-]?\d{1,2})?"
_THREE = rf"\s{{0,20}}({_NUMBER}%?)(?:deg)?\s{{1,20}}({_NUMBER}%?)\s{{1,20}}({_NUMBER})(deg|%)?"
_ALPHA = rf"\s{{0,20}}(?:/\s{{0,20}}({_NUMBER}%?)\s{{0,20}})?\)"
_OK = re.compile(rf"\bok(lch|lab)\({_THREE}{_ALPHA}", re.IGNORECASE)
_SRGB = re.compile(rf"\b(color)\(\s{{0,20}}srgb\s{_THREE}{_ALPHA}", re.IGNORECASE)
_OLDER = re.compile(rf"\b(rgb|hsl)a?\({_THREE}{_ALPHA}", re.IGNORECASE)
_PURPLE = re.compile(r"\brebeccapurple\b", re.IGNORECASE)


def older(style: str) -> str:
    """Adds commas where they are missing; colours of newer spaces become red, green and blue numbers."""
    if "(" in style:
        style = _OLDER.sub(_with_commas, _SRGB.sub(_from_srgb, _OK.sub(_from_ok, style)))
    return _PURPLE.sub("#663399", style)


def _with_commas(found: re.Match[str]) -> str:
    kind, first, second, third, unit, alpha = found.groups()
    values = [first, second, third + (unit or "").replace("deg", "")]
    return f"{kind}({', '.join(values)})" if alpha is None else f"{kind}a({', '.join(values)}, {_part(alpha, 1.0):g})"


def _from_srgb(found: re.Match[str]) -> str:
    _, red, green, blue, unit, alpha = found.groups()
    return _rgb([_part(red, 1.0), _part(green, 1.0), _part(blue + (unit or ""), 1.0)], alpha)


def _from_ok(found: re.Match[str]) -> str:
    kind, lightness, second, third, unit, alpha = found.groups()
    light, first = _part(lightness, 1.0), _part(second, 0.4)
    if kind.lower() == "lch":
        turned = math.radians(float(third))
        a, b = first * math.cos(turned), first * math.sin(turned)
    else:
        a, b = first, _part(third + (unit or ""), 0.4)
    cubes = [
        (light + 0.3963377774 * a + 0.2158037573 * b) ** 3,
        (light - 0.1055613458 * a - 0.0638541728 * b) ** 3,
        (light - 0.0894841775 * a - 1.2914855480 * b) ** 3,
    ]
    linear = [
        4.0767416621 * cubes[0] - 3.3077115913 * cubes[1] + 0.2309699292 * cubes[2],
        -1.2684380046 * cubes[0] + 2.6097574011 * cubes[1] - 0.3413193965 * cubes[2],
        -0.0041960863 * cubes[0] - 0.7034186147 * cubes[1] + 1.7076147010 * cubes[2],
    ]
    return _rgb([_companded(min(max(value, 0.0), 1.0)) for value in linear], alpha)


def _companded(value: float) -> float:
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def _rgb(parts: list[float], alpha: str | None) -> str:
    values = ", ".join(str(round(255 * min(max(part, 0.0), 1.0))) for part in parts)
    return f"rgb({values})" if alpha is None else f"rgba({values}, {_part(alpha, 1.0):g})"


def _part(number: str, of: float) -> float:
    """A percentage of ``of``, or the number itself."""
    return float(number[:-1]) / 100 * of if number.endswith("%") else float(number)

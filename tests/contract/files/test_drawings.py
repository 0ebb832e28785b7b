"""What the model gets of a drawing: its source, and a picture drawn from nothing but the file."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from PIL import Image, ImageChops

from bot.files import notes
from bot.files.conversion import Conversion
from bot.files.extracts import Extract, ImageExtract, NoteExtract, TextExtract
from bot.files.worker.pictures.svg import clean
from bot.files.worker.text_forms import is_svg
from tests import file_limits, made_files
from tests.growth import seconds

GREEN, WHITE, DARK = (0, 128, 0), (255, 255, 255), (64, 64, 64)
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
NAMED = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100"'
Convert = Callable[[str], Awaitable[list[Extract]]]


@pytest.fixture
async def convert(tmp_path: Path) -> AsyncIterator[Convert]:
    conversion = Conversion(replace(file_limits.LIMITS, office_program=""))

    async def run(content: str) -> list[Extract]:
        source = tmp_path / "source"
        source.write_bytes(content.encode())
        return await conversion.convert(source, "plan.svg", "", tmp_path)

    yield run
    await conversion.aclose()


def seen(extracts: list[Extract], directory: Path) -> Image.Image:
    (extract,) = [extract for extract in extracts if isinstance(extract, ImageExtract)]
    assert extract.about == "SVG drawing"
    return Image.open(directory / extract.file).convert("RGB")


RECTANGLE = '<rect class="a" width="90" height="60"/>'


@pytest.mark.parametrize(
    "inside",
    [
        '<rect width="90" height="60" style="/* state */ fill:/* ok */green"/>',
        '<filter id="f"><feFlood flood-color="green"/></filter><rect width="90" height="60" filter="url(#f)"/>',
        '<switch><g systemLanguage="xx"/><rect width="90" height="60" fill="green"/></switch>',
        '<rect width="90" height="60" fill="hsla(120, 100%, 25%, 1)"/>',
        '<clipPath id="c"><rect width="90" height="60"/></clipPath><circle r="400" fill="green" clip-path="url(#c)"/>',
        '<style>.a{fill:red} rect.a{fill:green}</style><rect class="a" width="90" height="60"/>',
        '<defs><rect id="r" width="90" height="60" fill="green"/></defs><use xlink:href="#r"/>',
        "<style>@import url('http://127.0.0.1/css?wght@400;700&amp;x'); .a{fill:green}</style>" + RECTANGLE,
        "<style>:root{--b:var(--c);--c:green} .a{--d:red;fill:var(--b, red)}</style>" + RECTANGLE,
        '<rect width="90" height="60" fill="var(--fill-0, rgb(0 128 0))"/>',
        '<rect width="90" height="60" style="fill: light-dark(rgb(0, 128, 0), rgb(255, 255, 255))"/>',
        '<rect width="68pt" height="16mm" fill="green"/>',
        '<switch><g systemLanguage="de"/><rect width="90" height="60" fill="green" systemLanguage="en"/></switch>',
        '<rect width="90" height="60" style="fill: hsl(120deg 100% 25% / 100%)"/>',
        '<rect width="90" height="60" fill="oklch(51.98% 0.1769 142.5)"/>',
        '<rect width="90" height="60" fill="color(srgb 0 0.502 0 / 100%)"/>',
        '<rect width="90" height="60" style="transform: translate(9px, 0px) rotate(0deg); fill: green"/>',
        '<rect style="stroke-width: 5rem" width="90" height="60" stroke="green" fill="green"/>',
        '<style media="print">.a{fill:red}</style><style>@layer b{.a{fill:green}}</style>' + RECTANGLE,
        "<style>@media screen{.a{fill:green}} @media (prefers-color-scheme: dark){.a{fill:red}}</style>" + RECTANGLE,
        "<style>.a{width:90px;height:60px;fill:green}</style><rect class='a'/>",
        '<rect style="x:0px;y:0px;width:90px;height:60px;fill:green"/>',
        '<rect width="calc(100% - 9px)" height="calc((10px + 20px) * 2)" fill="green"/>',
        "<style>g > :is(rect):not(.b):nth-child(2n+1){fill:green}</style><g><rect width='90' height='60'/></g>",
        "<style>circle + rect{fill:green} rect{fill:red}</style><circle r='1'/><rect width='90' height='60'/>",
        "<style>path{d:path('M0 0 H90 V60 H0 Z')} [fill^='gr']{stroke:none}</style><path fill='green'/>",
        '<style>.a{transform:translate(9px, 0px)}</style><g class="a"><rect width="60" height="60" fill="green"/></g>',
    ],
    ids=[
        *("a comment within a style", "a flood", "a switch", "hsla", "a clip", "a cascade", "a use", "an import"),
        *("variables", "a variable's stand-in", "light or dark", "points", "a language", "a newer colour"),
        *("Oklab", "a colour's space", "moved by its style", "rem", "print and layers", "media"),
        *("sizes in a sheet", "sizes in a style", "calc", "newer selectors", "beside", "a path in a sheet", "moved"),
    ],
)
async def test_a_drawing_comes_as_source_and_as_it_looks(convert: Convert, tmp_path: Path, inside: str) -> None:
    extracts = await convert(f'{HEAD} viewBox="0 0 90 60">{inside}</svg>')
    source, drawn = extracts
    assert isinstance(source, TextExtract)
    assert isinstance(drawn, ImageExtract)
    picture = seen(extracts, tmp_path)
    assert picture.getpixel((picture.width // 2, picture.height // 2)) == GREEN


PAGE = '<div xmlns="http://www.w3.org/1999/xhtml" style="color: green; font-size: 40px; text-align: center">{}</div>'
LABEL = f'<foreignObject x="60" y="60" width="240" height="90">{PAGE.format("<p>Pump<br/>room</p>")}</foreignObject>'
SHORT = '<text x="180" y="110" font-size="40px" text-anchor="middle" fill="green">{}</text>'


@pytest.mark.skipif(not Path("/usr/share/fonts/truetype").is_dir(), reason="no fonts are installed")
@pytest.mark.parametrize(
    "inside",
    [LABEL, f"<switch>{LABEL}</switch>", f"<switch>{LABEL}{SHORT.format('Pu...')}</switch>"],
    ids=["as Mermaid writes it", "within a switch", "as diagrams.net writes it"],
)
async def test_words_that_are_pieces_of_a_page_are_drawn(convert: Convert, tmp_path: Path, inside: str) -> None:
    picture = seen(await convert(f'{HEAD} viewBox="0 0 360 200">{inside}</svg>'), tmp_path)
    painted = picture.point(lambda value: 255 * (value < 200)).getchannel("R").getbbox()
    assert painted is not None
    left, top, right, bottom = (side * 360 / picture.width for side in painted)
    assert abs((left + right) / 2 - 180) < 20
    assert abs((top + bottom) / 2 - 105) < 20
    assert bottom - top > 60  # two lines


async def test_a_drawings_own_words_stay_where_there_are_such(convert: Convert, tmp_path: Path) -> None:
    drawn = [
        seen(await convert(f'{HEAD} viewBox="0 0 360 200">{one}</svg>'), tmp_path)
        for one in (f"<switch>{LABEL}{SHORT.format('Pump')}</switch>", SHORT.format("Pump"))
    ]
    assert drawn[0].tobytes() == drawn[1].tobytes()


@pytest.mark.skipif(not Path("/usr/share/fonts/truetype").is_dir(), reason="no fonts are installed")
@pytest.mark.skipif(not Path("/usr/share/fonts/truetype").is_dir(), reason="no fonts are installed")
@pytest.mark.parametrize(
    "words",
    [
        '<text x="195" y="60" direction="rtl">■■■</text>',
        '<g style="direction: rtl"><text x="195" y="60" text-anchor="start">■■■</text></g>',
        '<g direction="rtl" text-anchor="end"><text x="5" y="60" style="fill: black; text-anchor: end">■■■</text></g>',
        '<g direction="rtl"><text x="5" y="60" direction="ltr">■■■</text></g>',
    ],
)
async def test_words_written_from_right_to_left_stay_within_the_drawing(
    convert: Convert, tmp_path: Path, words: str
) -> None:
    picture = seen(await convert(f'{NAMED} font-size="40">{words}</svg>'), tmp_path)
    ink = ImageChops.invert(picture.convert("L")).getbbox()
    assert ink is not None
    assert ink[2] - ink[0] > picture.width * 0.3
    assert ink[0] > 0
    assert ink[2] < picture.width


async def test_words_are_drawn_where_the_machine_has_fonts(convert: Convert, tmp_path: Path) -> None:
    for size in ("30", "22pt", "8mm"):
        text = (
            f'{HEAD} width="200" height="60"><text x="9" y="40" font-size="{size}" font-family="No">Words</text></svg>'
        )
        picture = seen(await convert(text), tmp_path)
        assert picture.convert("L").getextrema() == (0, 255)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ('width="24" height="24"', (512, 512)),
        ('width="400" height="300"', (800, 600)),
        ('width="4000" height="3000"', (1_568, 1_176)),
        ('width="10mm" height="20mm"', (256, 512)),
        ('width="100%" height="100%" viewBox="0 0 300 150"', (600, 300)),
        ('style="width: 400px; height: 300px"', (800, 600)),
        ('width="400" height="300" style="width: 100%; height: auto"', (800, 600)),
        ('width="1" height="100000000"', (1, 1_568)),
    ],
)
async def test_it_is_drawn_as_large_as_it_can_be_read(
    convert: Convert, tmp_path: Path, size: str, expected: tuple[int, int]
) -> None:
    picture = seen(await convert(f'{HEAD} {size}><rect width="10" height="10"/></svg>'), tmp_path)
    assert picture.size == expected


@pytest.mark.parametrize("ground", ["#008000", "green", "rgb(0 128 0)", "light-dark(green, red)"])
async def test_the_ground_that_a_drawing_has_is_painted(convert: Convert, tmp_path: Path, ground: str) -> None:
    head = f'{HEAD} viewBox="-30 -20 90 60" style="background-color: {ground}; width: 9em"'
    picture = seen(await convert(f'{head}><rect width="9" height="9" fill="white"/></svg>'), tmp_path)
    assert picture.getpixel((1, 1)) == GREEN
    assert picture.getpixel((picture.width - 2, picture.height - 2)) == GREEN


async def test_parts_of_a_whole_of_no_size_are_drawn(convert: Convert, tmp_path: Path) -> None:
    parts = '<rect width="100%" height="100%" fill="green"/><rect width="9" height="9" fill="red"/>'
    picture = seen(await convert(f'{HEAD} width="100%" height="100%">{parts}</svg>'), tmp_path)
    assert picture.getpixel((picture.width // 2, picture.height // 2)) == GREEN


async def test_white_lines_lie_on_a_dark_ground(convert: Convert, tmp_path: Path) -> None:
    picture = seen(
        await convert(f'{HEAD} viewBox="0 0 90 60"><rect x="30" y="20" width="30" height="20" fill="white"/></svg>'),
        tmp_path,
    )
    assert picture.getpixel((0, 0)) == DARK


async def test_entities_that_drawing_programs_write_are_understood(convert: Convert, tmp_path: Path) -> None:
    head = (
        '<?xml version="1.0" encoding="utf-8"?>\n<!-- Generator -->\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x"'
    )
    drawing = f'{HEAD} viewBox="0 0 9 9"><rect width="9" height="9" fill="&colour;"/></svg>'
    text = f'{head} [<!ENTITY colour "green">]>\n{drawing}'
    assert seen(await convert(text), tmp_path).getpixel((5, 5)) == GREEN


FROM_A_PAGE = '<text x="10" y="60" font-size="50">{}</text></svg>'


@pytest.mark.skipif(not Path("/usr/share/fonts/truetype").is_dir(), reason="no fonts are installed")
@pytest.mark.parametrize(
    "drawing",
    [
        '<svg viewBox="0 0 200 100">' + FROM_A_PAGE.format("Words"),
        f'{NAMED}><path xlink:href="#b"/>' + FROM_A_PAGE.format("Words"),
        f"{NAMED}>" + FROM_A_PAGE.format("&nbsp;Words&copy;&amp;"),
        '<svg viewBox="0 0 200 100"><g v-on:click="a" xlink:title="b"/>' + FROM_A_PAGE.format("&Eacute;t&eacute;"),
        f"{HEAD}>" + FROM_A_PAGE.format("Wo&#7;rds &#55357;&#56832;"),
        f"{HEAD}>" + FROM_A_PAGE.format("Wo\x0brds"),
    ],
    ids=[
        *("no namespace", "a prefix that is not bound", "names of HTML", "all of these"),
        *("numbers that are no characters", "a control character"),
    ],
)
async def test_a_drawing_taken_out_of_a_web_page_has_its_words(convert: Convert, tmp_path: Path, drawing: str) -> None:
    picture = seen(await convert(drawing), tmp_path).convert("L")
    assert picture.getextrema() == (0, 255)


# --- nothing from outside -------------------------------------------------------------------------------------------


def uri(content: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


async def test_pictures_within_the_file_are_drawn_and_those_outside_named(convert: Convert, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(made_files.solid("PNG", (255, 0, 0)))
    inside = uri(made_files.solid("PNG", GREEN), "png")
    text = (
        f'{HEAD} viewBox="0 0 64 32"><image xlink:href="{inside}" width="32" height="32"/>'
        f'<image xlink:href="{tmp_path}/secret.png" x="32" width="32" height="32"/></svg>'
    )
    extracts = await convert(text)
    picture = seen(extracts, tmp_path)
    assert picture.getpixel((100, 100)) == GREEN
    assert picture.getpixel((400, 100)) == WHITE
    assert extracts[-1] == NoteExtract(notes.DRAWN_WITHOUT_OUTSIDE)


@pytest.mark.parametrize(
    "reference",
    ["ADDRESS", "FILE", "file://FILE", "secret.png", "NESTED", "data:;base64,PHN2Zz4=", " FILE", "&#x2f;FILE"],
)
@pytest.mark.parametrize("attribute", ["href", "xlink:href"])
async def test_no_reference_leaves_the_file(convert: Convert, tmp_path: Path, reference: str, attribute: str) -> None:
    asked: list[str] = []

    async def image(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(body=made_files.image("PNG"), content_type="image/png")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", image)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    (tmp_path / "secret.png").write_bytes(made_files.solid("PNG", (255, 0, 0)))
    nested = f'{HEAD} width="32" height="32"><image xlink:href="{tmp_path}/secret.png" width="32" height="32"/></svg>'
    target = (
        reference.replace("ADDRESS", f"http://127.0.0.1:{runner.addresses[0][1]}/a.png")
        .replace("FILE", str(tmp_path / "secret.png"))
        .replace("NESTED", uri(nested.encode(), "svg+xml"))
    )
    outside = f'<image {attribute}="{target}" width="32" height="32"/>'
    flood = f'<filter id="f"><feImage {attribute}="{target}"/></filter><rect width="9" height="9" filter="url(#f)"/>'
    picture = seen(await convert(f'{HEAD} viewBox="0 0 32 32">{outside}{flood}</svg>'), tmp_path)
    await runner.cleanup()
    assert picture.getextrema() == ((255, 255),) * 3
    assert asked == []


@pytest.mark.parametrize(
    ("attributes", "style"),
    [
        ("", "url(" + " " * 100_000),
        ("", "url(" * 25_000),
        ("", "@import " * 12_500),
        ("", "var(" * 25_000),
        ("", "@media " * 15_000),
        ("", "light-dark(" * 10_000),
        ("", "--a:var(--b) var(--b);--b:var(--a) var(--a);" * 2_000 + "fill:var(--b)"),
        ("", "/*" * 50_000 + "a" * 100_000),
        ("", "rect" + ":not(" * 25_000),
        ("", "calc(" * 25_000),
        ("", "x" + " g" * 500 + "{width:9px}"),
        ("", "a{x:1px}" * 10_000),
        (f' width="{"1" * 100_000}x"', ""),
        (f' width="1{" " * 100_000}x"', ""),
        (f' viewBox="{"1" * 100_000}x"', ""),
    ],
)
def test_a_drawing_is_looked_through_in_one_pass(attributes: str, style: str) -> None:
    """Each of these once took a minute, and with it one of the places that all people's files are read at."""
    svg = f"{HEAD}{attributes}><style>{style}</style></svg>"
    assert seconds(lambda: clean(svg, 1_568), runs=1) < 1.0


def test_an_address_that_never_ends_leaves_the_drawing_neither() -> None:
    assert "a.example" not in clean(f"{HEAD}><style>g {{ fill: url(http://a.example/</style></svg>", 1_568).svg
    assert "a.example" not in clean(f"{HEAD}><style>@import 'http://a.example/</style></svg>", 1_568).svg


def test_styles_lose_what_leads_outside_and_keep_what_does_not() -> None:
    text = (
        f"{HEAD}><style>@import url(http://a/b.css); .a{{fill:url(#g)}} .b{{fill:url('http://a/b')}}</style>"
        f'<rect style="fill:url(file:///etc/passwd)" filter="url(&quot;#f&quot;)"/></svg>'
    )
    cleaned = clean(text, 1_000).svg
    assert "http://a" not in cleaned
    assert "file:" not in cleaned
    assert "url(#g)" in cleaned
    assert "#f" in cleaned


# --- what cannot be drawn ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        f'{HEAD} viewBox="0 0 9 9"><g></svg>',
        f'{HEAD} viewBox="0 0 9 9">' + "<g>" * 50_000 + "</g>" * 50_000 + "</svg>",
        f"{HEAD} viewBox='0 0 9 9'><image href='{uri(made_files.png_header(60_000, 60_000), 'png')}' width='9'/></svg>",
        '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 or str()};" * 10}">' for n in range(1, 9))
        + f"]>{HEAD}><text>&a8;</text></svg>",
    ],
    ids=["torn", "deep", "a bomb of pixels within", "a bomb of entities"],
)
async def test_a_drawing_that_cannot_be_drawn_is_still_its_source(convert: Convert, content: str) -> None:
    source, *others = await convert(content)
    assert isinstance(source, TextExtract)
    assert {type(extract) for extract in others} <= {ImageExtract, NoteExtract}


async def test_one_that_fails_is_named(convert: Convert) -> None:
    assert (await convert(f'{HEAD} viewBox="0 0 9 9"><g></svg>'))[1] == NoteExtract(notes.NOT_DRAWN)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("<svg>", True),
        ("<?xml version='1.0'?><!-- svg --><svg:svg xmlns:svg='x'>", True),
        ("\ufeff<!DOCTYPE svg>\n<svg\n>", True),
        ("<html><svg></svg></html>", False),
        ("An <svg> is a drawing.", False),
        ("<svgx>", False),
    ],
)
def test_a_drawing_is_told_by_its_first_element(head: str, expected: bool) -> None:
    assert is_svg(head.encode()) is expected
    assert is_svg((head + " " * 100).encode("utf-16")) is expected

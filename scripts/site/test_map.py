"""The maps: links over the right tiles without scripts, keys, pointers, the two views of a layer, and weights."""

import pages
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

LAYERS = range(len(pages.atlas()["layers"]))
SCALE = "return Number(document.querySelector('.map').dataset.scale)"


def placed(layer):
    """The neurons by their places on the map, (column, row)."""
    return {(n["map"]["column"], n["map"]["row"]): n for n in layer["neurons"] if n.get("map")}


def weight(*paths):
    return sum((pages.SITE / path).stat().st_size for path in paths)


@pytest.mark.parametrize("index", LAYERS)
def test_without_scripts_each_tile_is_a_link_to_its_neuron(plain, base, index):
    layer, path = pages.layer(index)
    plain.open(base + path)
    plain.wait("return document.querySelector('.map img').complete")
    size = plain.ask("const i = document.querySelector('.map img'); return [i.naturalWidth, i.naturalHeight]")
    shape = layer["map"]
    assert size == [shape["columns"] * shape["tileWidth"], shape["rows"] * shape["tileHeight"]]
    links = plain.ask(
        "const box = document.querySelector('.map img').getBoundingClientRect();"
        "return [...document.querySelectorAll('.map a')].map((link) => {"
        "  const own = link.getBoundingClientRect();"
        "  return [link.getAttribute('href'), (own.x + own.width / 2 - box.x) / box.width,"
        "    (own.y + own.height / 2 - box.y) / box.height] })")
    found = {(int(x * shape["columns"]), int(y * shape["rows"])): href for href, x, y in links}
    assert found == {place: neuron["page"] for place, neuron in placed(layer).items()}
    assert len(found) + shape["leftOut"] == len(layer["neurons"])


def test_without_scripts_both_views_are_reached(plain, server):
    plain.open(server + pages.layer()[1])
    for view, other in [("grid", "map"), ("map", "grid")]:
        plain.driver.find_element(By.CSS_SELECTOR, f".switch a[data-view={view}]").click()
        assert plain.ask(f"return document.querySelector('.{view}-view').checkVisibility()")
        assert not plain.ask(f"return document.querySelector('.{other}-view').checkVisibility()")


def test_the_first_page_begins_with_a_map(plain, server):
    plain.open(server + "index.html")
    largest = max((pages.layer(index)[0] for index in LAYERS), key=lambda layer: len(placed(layer)))
    assert plain.ask("return document.querySelectorAll('.map a').length") == len(placed(largest))
    for width, height in [(390, 844), (1440, 900)]:
        plain.size(width, height)
        assert plain.ask("return document.querySelector('.map').getBoundingClientRect().top < innerHeight / 2")


def test_keys_move_between_tiles(browser, base):
    layer, path = pages.layer()
    places = placed(layer)
    browser.open(base + path)
    browser.ask("document.querySelector('.map a[tabindex=\"0\"]').focus()")
    focused = "return parseInt(document.activeElement.textContent, 10)"
    assert browser.ask(focused) == places[0, 0]["neuron"]
    for key, place in [(Keys.ARROW_RIGHT, (1, 0)), (Keys.ARROW_DOWN, (1, 1)), (Keys.ARROW_LEFT, (0, 1)),
                       (Keys.ARROW_UP, (0, 0)), (Keys.ARROW_UP, (0, 0)), (Keys.END, (layer["map"]["columns"] - 1, 0))]:
        browser.press(key)
        assert browser.ask(focused) == places[place]["neuron"]
        assert browser.ask("return document.querySelector('.lens b').textContent") == str(places[place]["neuron"])
    # One tile alone is in the order of the Tab key.
    assert browser.ask("return document.querySelectorAll('.map a[tabindex=\"0\"]').length") == 1
    browser.press("+", "+")
    assert browser.ask(SCALE) >= 2
    # The focused tile stays in the frame.
    inside = ("const a = document.activeElement.getBoundingClientRect();"
              "const b = document.querySelector('.map').getBoundingClientRect();"
              "return a.left >= b.left - 1 && a.right <= b.right + 1 && a.top >= b.top - 1 && a.bottom <= b.bottom + 1")
    for key in [Keys.HOME, Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.END]:
        browser.press(key)
        browser.wait(inside, what="the focused tile in the frame")
    browser.press("-")
    browser.press("0")
    assert browser.ask(SCALE) == 1
    page = browser.ask("return document.activeElement.href")
    browser.press(Keys.ENTER)
    browser.wait("return location.href === arguments[0]", page)
    assert browser.complaints() == []


def test_pointers_enlarge_zoom_move_and_open(browser, base):
    layer, path = pages.layer()
    places = placed(layer)
    browser.open(base + path)
    middle = places[layer["map"]["columns"] // 2, layer["map"]["rows"] // 2 - 1]
    tile = browser.driver.find_element(By.CSS_SELECTOR, f".map a[href='{middle['page']}']")
    ActionChains(browser.driver).move_to_element(tile).perform()
    assert browser.wait("return document.querySelector('.lens b')?.textContent") == str(middle["neuron"])
    browser.driver.find_element(By.CSS_SELECTOR, "[data-zoom='2']").click()
    assert browser.ask(SCALE) > 1.2
    left = "return document.querySelector('.surface').getBoundingClientRect().left"
    before = browser.ask(left)
    frame = browser.driver.find_element(By.CSS_SELECTOR, ".map")
    ActionChains(browser.driver).move_to_element(frame).click_and_hold().move_by_offset(60, 0).release().perform()
    assert browser.ask(left) == pytest.approx(before + 60, abs=2)
    assert browser.driver.current_url.endswith(path), "a drag opened a page"
    browser.driver.find_element(By.CSS_SELECTOR, "[data-zoom='0']").click()
    assert browser.ask(SCALE) == 1
    browser.ask("arguments[0].dispatchEvent(new WheelEvent('wheel', { deltaY: -300, clientX: 400, clientY: 400, "
                "bubbles: true, cancelable: true }))", frame)
    assert browser.ask(SCALE) > 1.2
    browser.driver.find_element(By.CSS_SELECTOR, "[data-zoom='0']").click()
    tile.click()
    browser.wait("return location.href.endsWith(arguments[0])", middle["page"])
    assert browser.complaints() == []


def test_the_views_of_a_layer(browser, base):
    _, path = pages.layer()
    browser.open(base + path)
    seen = "return [...document.querySelectorAll('.map-view, .grid-view')].map((view) => view.checkVisibility())"
    assert browser.ask(seen) == [True, False]
    browser.driver.find_element(By.CSS_SELECTOR, ".switch a[data-view=grid]").click()
    assert browser.ask(seen) == [False, True]
    browser.driver.refresh()
    assert browser.ask(seen) == [False, True]
    browser.driver.find_element(By.CSS_SELECTOR, ".switch a[data-view=map]").click()
    assert browser.ask(seen) == [True, False]


def test_a_filter_leaves_its_neurons_bright(browser, base):
    layer, path = pages.layer()
    numbers = [neuron["neuron"] for neuron in layer["neurons"]]
    browser.open(base + path)
    browser.driver.find_element(By.NAME, "filter").send_keys(f"{numbers[2]}-{numbers[5]}")
    browser.wait("return document.querySelectorAll('.map a.dim').length > 0")
    bright = browser.ask("return [...document.querySelectorAll('.map a:not(.dim)')].map((a) => parseInt(a.textContent, 10))")
    assert sorted(bright) == [n for n in numbers if numbers[2] <= n <= numbers[5]]


def test_maps_and_first_views_are_light():
    style = weight("atlasgen/atlas.css", "atlasgen/atlas.js")
    assert style <= 60_000
    for index in LAYERS:
        layer, path = pages.layer(index)
        picture = path.removesuffix("index.html") + layer["map"]["picture"]
        assert weight(picture) <= 400_000
        # What the browser loads before the reader does anything; the grid's thumbnails are in the other view.
        assert weight(path, picture) + style <= 500_000
        if len(placed(layer)) == max(len(placed(pages.layer(other)[0])) for other in LAYERS):
            assert weight("index.html", picture) <= 600_000


@pytest.mark.parametrize("kind, matches", [
    ("consistent", lambda look: look["percentile"] >= 95), ("inconsistent", lambda look: look["percentile"] < 50)])
def test_neurons_of_a_kind(browser, base, kind, matches):
    layer, path = pages.layer()
    looks = {n["neuron"]: (n.get("scores") or {}).get("look") for n in layer["neurons"]}
    wanted = [number for number, look in looks.items() if look and matches(look)]
    browser.open(base + path)
    Select(browser.driver.find_element(By.NAME, "show")).select_by_value(kind)
    assert browser.wait("return document.querySelector('[data-tools] output').value").startswith(f"{len(wanted)} of ")
    bright = browser.ask("return [...document.querySelectorAll('.map a:not(.dim)')].map((a) => parseInt(a.textContent, 10))")
    assert sorted(bright) == wanted
    browser.driver.refresh()
    assert browser.wait("return document.querySelector('[data-tools] output').value").startswith(f"{len(wanted)} of ")

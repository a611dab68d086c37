"""Pinned neurons, their comparison, and figures in frames on other pages."""

import re
from urllib.parse import unquote

import pages
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from test_browser import violations

pytestmark = pytest.mark.skipif(
    "data-search" not in (pages.SITE / "index.html").read_text(), reason="the site has no search index")
PINNED = "return [...document.querySelectorAll('.tray li img')].filter((image) => image.naturalWidth).map((image) => image.alt)"


def neuron_pages():
    layer, path = pages.layer()
    return layer, [path.removesuffix("index.html") + neuron["page"] for neuron in layer["neurons"]]


def test_pinned_neurons_go_along_and_are_compared(browser, base, axe):
    layer, found = neuron_pages()
    browser.open(base + found[0])
    browser.press("t")
    browser.wait(f"const names = (() => {{ {PINNED} }})(); return names.length === 1")
    # The next neuron's page has the tray, and its address too.
    browser.press("n")
    browser.wait("return location.pathname.endsWith(arguments[0])", found[1])
    browser.wait(f"const names = (() => {{ {PINNED} }})(); return names.length === 1")
    browser.driver.find_element(By.CSS_SELECTOR, "[data-action=pin]").click()
    names = browser.wait(f"const names = (() => {{ {PINNED} }})(); return names.length === 2 && names")
    assert [name.split(" · ")[-1] for name in names] == [str(layer["neurons"][k]["neuron"]) for k in (0, 1)]
    assert violations(browser, axe) == []
    shared = browser.driver.current_url
    short = layer["address"].removeprefix("encoder.layers.")
    assert f"pins={short}.{layer['neurons'][0]['neuron']}-{short}.{layer['neurons'][1]['neuron']}" in unquote(shared)

    browser.driver.find_element(By.XPATH, "//aside//button[text()='Compare']").click()
    frames = browser.wait("return [...document.querySelectorAll('dialog.compare[open] iframe')].map((frame) => frame.src)")
    assert [frame.removeprefix(base).split("?")[0] for frame in frames] == [f"{page}#embed" for page in found[:2]]
    browser.press(Keys.ESCAPE)

    browser.open(base + "index.html")
    browser.open(shared)
    browser.wait(f"const names = (() => {{ {PINNED} }})(); return names.length === 2")
    browser.driver.find_element(By.CSS_SELECTOR, ".tray li button").click()
    browser.wait(f"const names = (() => {{ {PINNED} }})(); return names.length === 1")
    browser.driver.find_element(By.XPATH, "//aside//button[text()='Clear']").click()
    browser.wait("return document.querySelector('.tray').hidden && !location.search")
    assert browser.complaints() == []


def test_a_layers_tools_keep_the_pins(browser, base):
    layer, path = pages.layer()
    pin = f"{layer['address'].removeprefix('encoder.layers.')}.{layer['neurons'][0]['neuron']}"
    browser.open(f"{base}{path}?pins={pin}")
    browser.wait("return document.querySelectorAll('.tray li').length === 1")
    browser.driver.find_element(By.NAME, "filter").send_keys("0-3")
    browser.wait("return location.search.includes('filter')")
    assert f"pins={pin}" in unquote(browser.driver.current_url)


@pytest.mark.parametrize("pins", ["<script>alert(1)</script>", "nothing.1-heads.head", "-" * 50, "a.99999999", "heads.head.99999999"])
def test_pins_of_other_sites_are_left_out(browser, base, pins):
    _, found = neuron_pages()
    browser.open(f"{base}{found[0]}?pins={pins}")
    browser.wait("return document.querySelector('.tray')?.hidden && !location.search")
    assert browser.ask("return document.querySelectorAll('.tray li').length") == 0
    assert browser.complaints() == []


def test_a_neurons_runs_stand_alone_in_a_frame(browser, base, plain, axe):
    _, found = neuron_pages()
    for reader in (plain, browser):
        reader.open(f"{base}{found[0]}#embed")
        visible = reader.ask(
            "return [...document.querySelectorAll('main section, main h1, header, footer, .runs img')]"
            ".filter((node) => node.checkVisibility()).map((node) => node.id || node.localName)")
        assert visible[0] == "embed" and set(visible[1:]) == {"img"}
        source = reader.ask("const link = document.querySelector('.source a'); return link.checkVisibility() && link.href")
        assert source.split("?")[0] == base + found[0]
    browser.open(base + found[0])
    browser.driver.find_element(By.CSS_SELECTOR, "[data-action=embed]").click()
    code = browser.wait("return document.querySelector('dialog.embed[open] code')?.textContent")
    assert re.match(r'<iframe src="[^"?]*/(index\.html)?#embed" title="[^"]+" width="100%" height="\d+"', code), code
    assert violations(browser, axe) == []
    assert browser.complaints() == []


def test_a_posts_figure_stands_alone_in_a_frame(browser, base):
    posts = [path for path in pages.paths() if pages.kind(path) == "post" and 'id="figure.1"' in (pages.SITE / path).read_text()]
    if not posts:
        pytest.skip("no post has a figure")
    browser.open(f"{base}{posts[0]}#figure.1")
    visible = browser.ask(
        "return [...document.querySelectorAll('main :is(figure, p, h1)')].filter((node) => node.checkVisibility())"
        ".every((node) => node.closest('figure[id=\"figure.1\"]'))")
    assert visible
    assert browser.complaints() == []

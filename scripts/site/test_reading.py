"""Posts: contents, links to headings, previews of neurons, and the search for words anywhere in a text."""

import re

import pages
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from test_browser import RESULTS, SEARCHED, search

POSTS = [path for path in pages.paths() if pages.kind(path) == "post"]
pytestmark = pytest.mark.skipif(not POSTS, reason="the site has no post")


def with_headings():
    found = [path for path in POSTS if 'class="contents"' in (pages.SITE / path).read_text()]
    if not found:
        pytest.skip("no post has three headings")
    return found[0]


def test_the_contents_lead_to_every_heading(browser, plain, base):
    path = with_headings()
    plain.open(base + path)
    headings = plain.ask("return [...document.querySelectorAll('.prose h2[id]')].map((node) => node.id)")
    links = plain.ask("return [...document.querySelectorAll('.contents a')].map((node) => node.getAttribute('href'))")
    assert set(f"#{heading}" for heading in headings) <= set(links)
    browser.open(base + path)
    anchors = browser.ask("return [...document.querySelectorAll('.prose h2 .anchor')].map((node) => node.getAttribute('href'))")
    assert anchors == [f"#{heading}" for heading in headings]


def test_every_post_says_how_to_cite_it():
    for path in POSTS:
        entry = re.search(r"@misc\{([^,]*),", (pages.SITE / path).read_text())
        assert entry and re.fullmatch(r"[a-z0-9]+", entry[1]), path


@SEARCHED
def test_a_link_to_a_neuron_shows_its_picture(browser, base):
    link = re.compile(r'<a (?:class="more" )?href="[^"]*layers/[^"/]+/\d+/index\.html"')
    posts = [path for path in POSTS if link.search((pages.SITE / path).read_text())]
    if not posts:
        pytest.skip("no post links to a neuron")
    browser.open(base + posts[0])
    target = next(
        node for node in browser.driver.find_elements(By.CSS_SELECTOR, ".prose a[href*='layers/'][href$='/index.html']")
        if re.search(r"layers/[^/]+/\d+/index\.html$", node.get_attribute("href"))
        and not node.find_elements(By.TAG_NAME, "img"))
    browser.ask("arguments[0].scrollIntoView({ block: 'center' })", target)
    ActionChains(browser.driver).move_to_element(target).perform()
    shown = "const image = document.querySelector('.preview img'); return image?.naturalWidth > 0"
    browser.wait(shown, what="the preview at the pointer")
    ActionChains(browser.driver).move_by_offset(0, 300).perform()
    browser.wait("return !document.querySelector('.preview')")
    browser.press(Keys.TAB)
    browser.ask("arguments[0].focus({ focusVisible: true })", target)
    browser.wait(shown, what="the preview at the focus")
    assert browser.complaints() == []


@SEARCHED
def test_the_search_finds_words_anywhere_in_a_post(browser, base):
    path = POSTS[0]
    text = re.sub(r"<svg.*?</svg>|<[^>]*>", " ", (pages.SITE / path).read_text().split('<div class="prose">')[1], flags=re.DOTALL)
    words = re.findall(r"\b[a-z]{9,}\b", text.split("</article>")[0])
    browser.open(base + "index.html")
    for word in {words[len(words) // 2], words[-1]}:
        search(browser, word)
        browser.wait(f"const found = (() => {{ {RESULTS} }})(); return found.some((one) => one[0].startsWith(arguments[0]))",
                     base + path, what=f"{path} among the results of “{word}”")
        piece = browser.wait("return document.querySelector('.results mark')?.textContent")
        assert piece.lower() == word
    assert browser.complaints() == []

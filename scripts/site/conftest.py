"""Browsers, and a server on the loopback interface, for the checks of a site."""

import functools
import http.server
import importlib.metadata
import threading

import pages
import pytest
from selenium import webdriver


class Browser:
    """Headless Chromium, with what the checks share."""

    def __init__(self, *, scripts=True):
        options = webdriver.ChromeOptions()
        for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                         "--window-size=1280,900"]:
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options)
        if not scripts:
            self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})

    def scheme(self, name):
        """Asks for light or dark pages, without animations, which a check could see half-way."""
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": name}, {"name": "prefers-reduced-motion", "value": "reduce"}]})

    def size(self, width, height):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def open(self, url):
        self.driver.get_log("browser")
        self.driver.get(url)

    def ask(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def wait(self, script, *arguments, what=None):
        """Waits until a script returns a true value, and returns it."""
        from selenium.common.exceptions import TimeoutException
        from selenium.webdriver.support.wait import WebDriverWait

        try:
            return WebDriverWait(self.driver, 10, 0.05).until(lambda driver: driver.execute_script(script, *arguments))
        except TimeoutException:
            raise AssertionError(f"{self.driver.current_url}: waited 10 s in vain for {what or script}") from None

    def press(self, *keys):
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.driver).send_keys(*keys).perform()

    def complaints(self):
        """The console's warnings and errors since the page was opened."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]


class Server:
    """The site in a subfolder of a host, as on GitHub Pages."""

    def __enter__(self):
        class Handler(http.server.SimpleHTTPRequestHandler):
            prefix = "/some/where/"

            def translate_path(self, path):
                if not path.startswith(self.prefix):
                    return "/nowhere"
                return super().translate_path(path[len(self.prefix) - 1:])

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Handler, directory=str(pages.SITE)))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_address[1]}{Handler.prefix}"

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="session")
def server():
    with Server() as address:
        yield address


@pytest.fixture(scope="session", params=["server", "files"])
def base(request, server):
    """The site's address: on a host, and opened from a file system."""
    return server if request.param == "server" else pages.SITE.as_uri() + "/"


@pytest.fixture(scope="session")
def chromium():
    browser = Browser()
    yield browser
    browser.driver.quit()


@pytest.fixture
def browser(chromium):
    """A browser with the usual settings, whatever the previous check changed."""
    chromium.scheme("light")
    chromium.size(1280, 900)
    return chromium


@pytest.fixture(scope="session")
def plain():
    """A browser without JavaScript."""
    browser = Browser(scripts=False)
    yield browser
    browser.driver.quit()


@pytest.fixture(scope="session")
def axe():
    package = importlib.metadata.distribution("axe-playwright-python")
    return next(package.locate_file(file) for file in package.files if file.name == "axe.min.js").read_text()

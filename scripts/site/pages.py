"""A built site as files: its pages, the kind of each, and what a page links to and loads."""

import functools
import json
import os
import pathlib
import re
import urllib.parse
from html.parser import HTMLParser

SITE = pathlib.Path(os.environ["ATLASGEN_SITE"])

# Elements whose URLs the browser loads by itself, with the attribute that holds them.
LOADED = {
    ("script", "src"), ("img", "src"), ("img", "srcset"), ("source", "src"), ("source", "srcset"), ("iframe", "src"),
    ("video", "src"), ("video", "poster"), ("audio", "src"), ("track", "src"), ("embed", "src"), ("object", "data"),
    ("input", "src"), ("image", "href"), ("use", "href"), ("image", "xlink:href"), ("use", "xlink:href"),
    ("body", "background"),
}
# `link` elements that name a page instead of loading a file.
NAMING = {"canonical", "alternate", "prev", "next", "author", "license", "me"}


class Page(HTMLParser):
    """One HTML file: its fragments, the links that a reader follows, and what it loads."""

    def __init__(self, path):
        super().__init__()
        self.path = path
        self.fragments = {""}
        self.duplicates = []
        self.links = []
        self.loaded = []
        self.inline = []
        self.is_style = False
        self.feed((SITE / path).read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        values = {name: value or "" for name, value in attributes}
        self.is_style = tag == "style"
        for name in {"id"} | ({"name"} if tag == "a" else set()):
            if name in values:
                if name == "id" and values[name] in self.fragments:
                    self.duplicates.append(values[name])
                self.fragments.add(values[name])
        relations = set(values.get("rel", "").split())
        for name, value in values.items():
            if (tag, name) in LOADED:
                candidates = value.split(",") if name == "srcset" else [value]
                self.loaded += [candidate.split()[0] for candidate in candidates if candidate.split()]
            elif tag == "link" and name == "href" and not relations & NAMING:
                self.loaded.append(value)
            elif name == "href":
                self.links.append(value)
            elif name == "style":
                self.inline.append(value)
            elif name == "data-grid":
                self.loaded.append(value)

    def handle_data(self, data):
        if self.is_style:
            self.inline.append(data)

    def handle_endtag(self, tag):
        self.is_style = False


@functools.cache
def paths():
    """Every HTML file of the site, relative to its root, sorted."""
    return sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html"))


@functools.cache
def page(path):
    return Page(path)


def resolve(path, link):
    """The target of a page's link: (path in the site, fragment), or None if it leaves the site."""
    parts = urllib.parse.urlsplit(link)
    if parts.scheme or parts.netloc:
        return None
    target = urllib.parse.unquote(parts.path)
    folder = "" if target.startswith("/") else os.path.dirname(path)
    file = os.path.normpath(os.path.join(folder, target.lstrip("/"))) if target else path
    if target.endswith("/") or file == ".":
        file = os.path.normpath(os.path.join(file, "index.html"))
    return file, urllib.parse.unquote(parts.fragment)


def kind(path):
    """The kind of a page: its path without the parts that differ between pages of one kind."""
    if re.search(r"(^|/)\d{4}/\d{2}/\d{2}/[^/]+$", path):
        return "post"
    parts = path.split("/")
    if parts[0] in ("layers", "categories", "tags") and len(parts) > 2:
        parts[1] = "*"
    return re.sub(r"\d+", "N", "/".join(parts)) if path != "404.html" else path


@functools.cache
def kinds():
    """The largest page of each kind."""
    fullest = {}
    for path in paths():
        known = fullest.get(kind(path))
        if known is None or (SITE / path).stat().st_size > (SITE / known).stat().st_size:
            fullest[kind(path)] = path
    return fullest


@functools.cache
def atlas():
    return json.loads((SITE / "atlas.json").read_text(encoding="utf-8"))


@functools.cache
def layer(index=0):
    """A layer's neurons.json and the path of its page."""
    entry = atlas()["layers"][index]
    return json.loads((SITE / entry["data"]).read_text(encoding="utf-8")), entry["page"]

"""Loads the HTML of hostile texts in headless Chromium: nothing runs, and the trees are those that were checked."""

import json
import pathlib
import sys

from selenium import webdriver

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>x</title><script>
var hits = []; function hit() { hits.push(1) }
for (const name of ["alert", "open", "eval"]) window[name] = hit;
</script></head><body><main id="main"><article>
%s
</article></main></body></html>"""

ASK = """
const outline = (node) => {
  if (node.nodeType === 3) return `[${node.data}]`;
  if (node.nodeType === 8) return `!${node.data}!`;
  const names = node.getAttributeNames().sort();
  return `(${node.localName}${names.map((name) => ` ${name}={${node.getAttribute(name)}}`).join("")}`
    + [...node.childNodes].map(outline).join("") + ")";
};
const blocks = [...document.querySelectorAll("main > article > div[data-seed]")];
// What a reader's hand or the page's end would start.
for (const node of document.querySelectorAll("article *"))
  for (const type of ["click", "mouseover", "focus", "error", "load", "toggle", "animationstart", "beforetoggle"])
    if (type !== "click" || node.localName !== "a") node.dispatchEvent(new Event(type));
const harmful = [...document.querySelectorAll("article *")].filter((node) =>
  node.namespaceURI !== "http://www.w3.org/1999/xhtml"
  || node.getAttributeNames().some((name) => name.startsWith("on"))
  || ["script", "style", "object", "embed", "form", "base", "meta", "link"].includes(node.localName)
  || ["javascript:", "vbscript:", "data:", "blob:", "file:"].includes(node.getAttribute("href") === null ? "" : node.protocol)
    && !/^(?:[^:]*[/?#]|[^:]*$)/.test(node.getAttribute("href"))
  || node.localName === "iframe" && !node.src.startsWith("https://"));
return [blocks.map((node) => [node.dataset.seed, [...node.childNodes].map(outline).join("")]), hits.length,
        harmful.map((node) => node.outerHTML.slice(0, 200))];
"""


def main():
    folder = pathlib.Path(sys.argv[1])
    samples = [sample for file in sorted(folder.glob("*.json")) for sample in json.loads(file.read_text(encoding="utf-8"))]
    options = webdriver.ChromeOptions()
    options.page_load_strategy = "eager"
    for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--host-resolver-rules=MAP * ~NOTFOUND"]:
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options)
    failures = []
    page = folder / "page.html"
    for start in range(0, len(samples), 500):
        batch = samples[start:start + 500]
        page.write_text(PAGE % "\n".join(
            f'<div data-seed="{sample["seed"]}">{sample["html"]}</div>' for sample in batch), encoding="utf-8")
        driver.get(page.as_uri())
        trees, hits, harmful = driver.execute_script(ASK)
        if hits or harmful:
            failures.append(f"seeds from {batch[0]['seed']}: {hits} calls ran; {harmful}")
        for sample, (seed, tree) in zip(batch, trees):
            if sample["seed"] != seed or sample["tree"] != tree:
                failures.append(f"seed {sample['seed']}: {sample['text']!r}\n checked:  {sample['tree']!r}\n Chromium: {tree!r}")
        if len(trees) != len(batch):
            failures.append(f"seeds from {batch[0]['seed']}: {len(trees)} blocks of {len(batch)}")
    driver.quit()
    print("\n".join(failures[:20]))
    print(f"{len(samples) - len(failures)} passed, {len(failures)} failed: hostile HTML in Chromium")
    sys.exit(1 if failures or len(samples) < 10_000 else 0)


main()

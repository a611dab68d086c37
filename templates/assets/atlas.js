// Improves pages that can be read without it: keys, zoom, copy, previews. The other scripts add to it through
// `window.atlas`. Data is loaded as scripts, because a page opened from a file system cannot use fetch.
(() => {
  "use strict";

  const html = document.documentElement;
  const root = html.dataset.root || "";
  const searchFolder = html.dataset.search;
  const site = new URL(`${root}.`, location.href).href;

  const element = (name, attributes = {}, ...children) => {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === undefined || value === null || value === false) continue;
      node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...children);
    return node;
  };
  const button = (text, action, attributes = {}) => {
    const node = element("button", { type: "button", ...attributes }, text);
    node.addEventListener("click", action);
    return node;
  };

  const loaded = new Map();
  /** Loads a script once. */
  const load = (source) => {
    if (!loaded.has(source)) {
      loaded.set(source, new Promise((resolve, reject) => {
        const script = element("script", { src: source });
        script.onload = resolve;
        script.onerror = () => reject(new Error(`cannot load ${source}`));
        document.head.append(script);
      }));
    }
    return loaded.get(source);
  };

  // What the site has

  let index;
  /** The layers and what the search needs first. */
  const loadIndex = async () => {
    window.atlasSearchIndex = (value) => { index = value; };
    await load(`${searchFolder}/index.js`);
    return index;
  };
  /** The layer and number of the neuron that an address leads to; undefined for other pages. */
  const neuronOf = (address) => {
    const { href } = new URL(address, location.href);
    const match = href.startsWith(site) ? /^layers\/([^/]+)\/(\d+)\//.exec(href.slice(site.length)) : null;
    return match ? [match[1].replace("%40", "@"), Number(match[2])] : undefined;
  };
  /** The path of a file of a layer's neuron. */
  const fileOf = ([, , path], number, name = "index.html") => path.replace(/[^/]*$/, `${number}/${name}`);
  /** The path of a neuron's picture; undefined without one. */
  const pictureOf = (layer, number) => {
    const [, , , ranges, names] = layer;
    let place = 0;
    for (const [from, to] of ranges) place += Math.max(0, Math.min(number, to + 1) - from);
    const name = typeof names === "string" ? names : names[place];
    return name ? fileOf(layer, number, name) : undefined;
  };
  /** A neuron's name, address and picture. */
  const describe = async (address, number) => {
    const layer = (await loadIndex()).layers.find(([name, , , ranges]) =>
      name === address && ranges.some(([from, to]) => number >= from && number <= to));
    const picture = pictureOf(layer, number);
    return { name: `${layer[1]} · ${number}`, href: root + fileOf(layer, number), picture: picture && root + picture };
  };
  /** The part of the address that says which neurons are pinned. */
  const pins = () => {
    const value = new URLSearchParams(location.search).get("pins");
    return value ? { pins: value } : {};
  };

  // Dialogs

  const dialog = (className, label) => {
    const node = element("dialog", { class: className, "aria-label": label });
    document.body.append(node);
    node.addEventListener("click", (event) => { if (event.target === node) node.close(); });
    return node;
  };
  const isOpen = () => document.querySelector("dialog[open]") !== null;

  // Zoom

  const zooms = [...document.querySelectorAll("a.zoom")];
  let viewer;
  let shown = 0;
  const show = (index) => {
    shown = (index + zooms.length) % zooms.length;
    const link = zooms[shown];
    const image = link.querySelector("img");
    if (!viewer) {
      viewer = dialog("viewer", "Picture");
      viewer.tabIndex = -1;
      viewer.addEventListener("close", () => zooms[shown].focus());
    }
    const large = element("img", { src: link.getAttribute("href"), alt: image.alt });
    large.addEventListener("click", () => viewer.close());
    const text = link.closest(".run")?.querySelector("p")?.textContent ?? "";
    const several = zooms.length > 1;
    viewer.replaceChildren(large, element("p", {},
      ...(several ? [button("←", () => show(shown - 1), { "aria-label": "Previous picture" })] : []),
      element("span", {}, text),
      ...(several ? [button("→", () => show(shown + 1), { "aria-label": "Next picture" })] : []),
      button("Close", () => viewer.close())));
    if (!viewer.open) viewer.showModal();
    viewer.focus();
  };
  zooms.forEach((link, index) => link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(index);
  }));

  // Copy

  /** A button that copies a text. */
  const copyButton = (text, label = "Copy") => {
    const node = button(label, async () => {
      try {
        await navigator.clipboard.writeText(text());
        node.textContent = "Copied";
      } catch {
        node.textContent = "Copy failed";
      }
      setTimeout(() => { node.textContent = label; }, 1500);
    });
    return node;
  };
  /** A text with a button that copies it. */
  const copyBox = (text) => element("div", { class: "copy" },
    element("pre", { tabindex: 0 }, element("code", {}, text)), copyButton(() => text));
  if (navigator.clipboard) {
    for (const box of document.querySelectorAll(".copy")) {
      box.append(copyButton(() => box.querySelector("code").textContent));
    }
  }

  // Texts: links to headings, and a picture of the neuron that a link leads to

  for (const heading of document.querySelectorAll(".post .prose :is(h2, h3, h4)[id]")) {
    heading.append(element("a", { class: "anchor", href: `#${heading.id}`, "aria-label": "Link to this heading" }));
  }
  let preview;
  let previewed;
  const hidePreview = (event) => {
    if (event && !previewed?.contains(event.target)) return;
    preview?.remove();
    preview = undefined;
  };
  const showPreview = async (event) => {
    const link = event.target.closest?.(".prose a[href]");
    const neuron = link && !link.querySelector("img") && searchFolder && neuronOf(link.href);
    if (!neuron || (event.pointerType && event.pointerType !== "mouse")) return;
    const found = await describe(...neuron).catch(() => undefined);
    if (!found || !link.matches(":hover, :focus-visible")) return;
    hidePreview();
    previewed = link;
    const image = element("img", { src: found.picture, alt: "", width: 132 });
    image.onerror = () => image.remove();
    preview = element("div", { class: "lens preview", "aria-hidden": "true" }, image, element("p", {}, found.name));
    document.body.append(preview);
    const box = link.getBoundingClientRect();
    preview.style.left = `${Math.max(8, Math.min(box.left, innerWidth - 150)) + scrollX}px`;
    preview.style.top = `${(box.top > 190 ? box.top - 182 : box.bottom + 6) + scrollY}px`;
  };
  for (const name of ["pointerover", "focusin"]) document.addEventListener(name, showPreview);
  for (const name of ["pointerout", "focusout"]) document.addEventListener(name, hidePreview);

  // Help

  /** The keys of this page, and what they do; `actions` are those of single keys. */
  const keys = [];
  let help;
  const openHelp = () => {
    if (!help) {
      help = dialog("help", "Keys");
      help.append(
        element("h2", {}, "Keys"),
        element("dl", {}, ...[...keys, ["?", "show these keys"], ["Esc", "close"]].flatMap(([key, text]) => [
          element("dt", {}, ...key.split(" ").flatMap((name) => [element("kbd", {}, name), " "])),
          element("dd", {}, text),
        ])),
        button("Close", () => help.close()),
      );
    }
    help.showModal();
  };

  /** Does what another script does, which is loaded when it is first wanted. */
  const later = (script, name) => async (event) => {
    await load(`${root}atlasgen/${script}.js`);
    atlas[name](event);
  };
  const actions = { "?": openHelp };
  const buttons = { help: openHelp };
  if (document.querySelector("a[rel=prev], a[rel=next]")) keys.push(["← p", "previous"], ["→ n", "next"]);
  if (searchFolder) {
    buttons.search = actions["/"] = later("search", "openSearch");
    keys.push(["/", "search"]);
  }
  if (searchFolder && neuronOf(location.href)) {
    buttons.pin = actions.t = later("pins", "togglePin");
    keys.push(["t", "pin the neuron, to compare it"]);
  }
  buttons.embed = later("embed", "openEmbed");
  for (const figure of document.querySelectorAll("figure.figure[id]")) {
    const caption = figure.querySelector(":scope > figcaption") ?? figure.appendChild(element("figcaption"));
    caption.append(button("Embed", buttons.embed));
  }
  if (zooms.length > 0) keys.push(["click", "enlarge a picture"]);
  for (const node of document.querySelectorAll("button[data-action]")) {
    const action = buttons[node.dataset.action];
    if (!action) continue;
    node.hidden = false;
    node.addEventListener("click", action);
  }
  const atlas = {
    root, site, searchFolder, element, button, load, loadIndex, neuronOf, fileOf, pictureOf, describe, pins, dialog, copyBox, copyButton, actions, keys,
  };
  window.atlas = atlas;
  if (searchFolder && pins().pins) load(`${root}atlasgen/pins.js`);
  // Links in a frame on another page lead out of it.
  if (window.top !== window && document.querySelector(":target")) document.head.append(element("base", { target: "_top" }));

  // Keys and swipes

  /** Goes to the page before or after this one. */
  const follow = (relation) => document.querySelector(`a[rel=${relation}]`)?.click();
  /** Whether an arrow key scrolls the focused element. */
  const scrolls = (event) => event.key.startsWith("Arrow") && event.target.closest("pre, .scroll") !== null;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    const step = { ArrowLeft: -1, p: -1, ArrowRight: 1, n: 1 }[event.key];
    if (viewer?.open) {
      if (step) show(shown + step);
    } else if (!isOpen() && step) {
      if (!scrolls(event)) follow(step < 0 ? "prev" : "next");
    } else if (!isOpen() && actions[event.key]) {
      event.preventDefault();
      actions[event.key]();
    }
  });

  // A swipe does the same, unless it scrolls something or the page is enlarged.
  let touch;
  document.addEventListener("touchstart", (event) => {
    const isFree = event.touches.length === 1 && (viewer?.open || !isOpen()) && (window.visualViewport?.scale ?? 1) === 1
      && !event.target.closest("pre, input, select, nav, .scroll, .map, .tray");
    touch = isFree ? event.touches[0] : undefined;
  }, { passive: true });
  document.addEventListener("touchend", (event) => {
    if (!touch || event.touches.length > 0) return;
    const { clientX, clientY } = event.changedTouches[0];
    const [x, y] = [clientX - touch.clientX, clientY - touch.clientY];
    touch = undefined;
    if (Math.abs(x) <= 60 || Math.abs(x) <= 2 * Math.abs(y)) return;
    if (viewer?.open) show(shown + (x > 0 ? -1 : 1)); else follow(x > 0 ? "prev" : "next");
  }, { passive: true });
})();

// Pinned neurons: a tray that lives in the address (`?pins=heads.head.3-encoder_layer_5.mlp.3.17`), so that it is kept
// from page to page and can be shared; the neurons side by side; the Markdown for a post.
(() => {
  "use strict";

  const { atlas } = window;
  const { element, button } = atlas;
  let pinned = (atlas.pins().pins ?? "").match(/(?<![^-])[\w.]+(@[\w-]+)?\.\d+(?![^-])/g) ?? [];
  const parts = (pin) => [pin.replace(/\.\d+$/, ""), Number(pin.match(/\d+$/)[0])];
  const own = () => atlas.neuronOf(location.href)?.join(".");

  const tray = element("aside", { class: "tray", "aria-label": "Pinned neurons" });
  document.body.append(tray);
  const update = async () => {
    const all = await Promise.all(pinned.map((pin) => atlas.describe(...parts(pin)).catch(() => undefined)));
    // Neurons that this site lacks are dropped.
    pinned = pinned.filter((pin, place) => all[place]);
    const found = all.filter(Boolean);
    const query = new URLSearchParams(location.search);
    if (pinned.length > 0) query.set("pins", pinned.join("-")); else query.delete("pins");
    const text = query.toString();
    history.replaceState(null, "", (text ? `?${text}` : location.pathname) + location.hash);
    for (const node of document.querySelectorAll("[data-action=pin]")) {
      node.setAttribute("aria-pressed", pinned.includes(own()));
    }
    tray.hidden = pinned.length === 0;
    tray.replaceChildren(
      element("ul", {}, ...pinned.map((pin, place) => element("li", {},
        element("a", { href: found[place].href, title: found[place].name },
          element("img", { src: found[place].picture, alt: found[place].name, width: 48, height: 48 })),
        button("×", () => toggle(pin), { "aria-label": `Unpin ${found[place].name}` })))),
      element("div", {}, button("Compare", () => compare(found)), atlas.copyButton(markdown, "Copy Markdown"),
        button("Clear", () => { pinned = []; update(); })),
    );
  };
  const toggle = (pin) => {
    pinned = pinned.includes(pin) ? pinned.filter((other) => other !== pin) : [...pinned, pin];
    update();
  };
  const markdown = () => pinned.map(parts)
    .map(([layer, number]) => `![Neuron ${number} of ${layer}](neuron:${layer}/${number})\n`).join("\n");

  let comparison;
  const compare = (found) => {
    comparison ??= atlas.dialog("compare", "Pinned neurons side by side");
    comparison.replaceChildren(
      element("div", {}, ...found.map(({ href, name }) =>
        element("iframe", { src: `${href}#embed`, title: name, loading: "lazy" }))),
      button("Close", () => comparison.close()),
    );
    comparison.showModal();
  };

  // Links take the tray along, however they are opened.
  const carry = (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link?.href.startsWith(atlas.site) || !/(\.html|\/)$/.test(link.pathname)) return;
    const url = new URL(link.href);
    if (url.pathname === location.pathname && url.hash) return;
    if (pinned.length > 0) url.searchParams.set("pins", pinned.join("-")); else url.searchParams.delete("pins");
    link.href = url.href;
  };
  for (const name of ["click", "auxclick", "contextmenu"]) document.addEventListener(name, carry, true);

  atlas.togglePin = () => toggle(own());
  update();
})();

// The search: layers and neurons by address and number, texts by their words and neurons by their labels.
(() => {
  "use strict";

  const { atlas } = window;
  const { element, load, root, searchFolder } = atlas;
  const unspaced = /[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]+/gu;

  let index;
  let entries;
  const pieces = new Map();
  const texts = new Map();
  window.atlasSearchEntries = (value) => { entries = value; };
  window.atlasSearchPiece = (name, words) => { pieces.set(name, Object.entries(words)); };
  window.atlasSearchText = (number, text) => { texts.set(number, text); };

  /** The words of a query; Chinese and Japanese in pairs of characters, as the index has them. */
  const wordsOf = (query) => query.toLowerCase().split(/[^\p{L}\p{N}_.-]+/u).flatMap((word) => [
    ...(word.match(unspaced) ?? []).flatMap((run) => {
      const characters = [...run];
      return characters.length === 1 ? [run] : characters.slice(1).map((next, place) => characters[place] + next);
    }),
    ...word.replace(unspaced, " ").split(" ").map((part) => part.replace(/^[.-]+|[.-]+$/g, "")),
  ]).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const pieceOf = (word) => {
    const first = word.codePointAt(0);
    const name = /^[a-z0-9]/.test(word) ? word[0] : `u${(first >> 8).toString(16)}`;
    return index.pieces.includes(name) ? name : undefined;
  };
  /** The entries that have a word that begins so. */
  const having = async (word) => {
    const piece = pieceOf(word);
    if (!piece) return new Set();
    await load(`${searchFolder}/${piece}.js`);
    return new Set(pieces.get(piece).flatMap(([other, numbers]) => (other.startsWith(word) ? numbers : [])));
  };

  /** What a query finds: title, link, kind, picture, number of its text. */
  const find = async (query) => {
    const words = wordsOf(query);
    if (words.length === 0) return [];
    index ??= await atlas.loadIndex();
    const found = [];
    const plain = words.filter((word) => !/^\d+$/.test(word));
    const wanted = words.filter((word) => /^\d+$/.test(word)).map(Number);
    for (const layer of index.layers) {
      const [address, title, path, ranges] = layer;
      const name = `${address} ${title}`.toLowerCase();
      if (!plain.every((word) => name.includes(word))) continue;
      const known = wanted.filter((number) => ranges.some(([from, to]) => number >= from && number <= to));
      for (const number of known) {
        found.push([`${address} / ${number}`, atlas.fileOf(layer, number), "neuron", atlas.pictureOf(layer, number), title]);
      }
      if (wanted.length === 0 && path.endsWith(".html")) found.push([address, path, "layer", atlas.pictureOf(layer, ranges[0]?.[0]), title]);
    }
    if (!index.hasEntries) return found;
    await load(`${searchFolder}/entries.js`);
    const sets = await Promise.all(words.map(having));
    const numbers = [...sets[0]].filter((number) => sets.every((set) => set.has(number))).sort((a, b) => a - b);
    const inTitle = (number) => words.every((word) => entries[number][0].toLowerCase().includes(word));
    for (const number of [...numbers.filter(inTitle), ...numbers.filter((number) => !inTitle(number))]) {
      const [title, path, kind, picture, about] = entries[number];
      found.push([title, path, kind, picture, about, number]);
    }
    return found;
  };

  /** The piece of a text around the first of some words. */
  const around = (text, words) => {
    const places = words.map((word) => text.search(new RegExp(word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "iu")));
    const first = words.map((word, at) => [places[at], word]).filter(([place]) => place >= 0).sort(([a], [b]) => a - b)[0];
    if (!first) return [];
    const [place, { length }] = first;
    const start = Math.max(0, place - 50);
    return [start > 0 ? "…" : "", text.slice(start, place), element("mark", {}, text.slice(place, place + length)),
      `${text.slice(place + length, place + length + 90)}…`];
  };
  const row = ([title, path, kind, picture, about, number], words) => {
    const image = element("img", { src: picture ? root + picture : undefined, alt: "", width: 40, height: 40, loading: "lazy" });
    image.onerror = () => image.removeAttribute("src");
    const piece = element("small", {}, about ?? "");
    if (kind === "post") {
      load(`${searchFolder}/text-${number}.js`).then(() => {
        const found = around(texts.get(number), words);
        if (found.length > 0) piece.replaceChildren(...found);
      }, () => {});
    }
    return element("li", {}, element("a", { href: root + path }, image, element("div", {}, element("bdi", {}, title), piece), element("span", {}, kind)));
  };

  const search = atlas.dialog("search", "Search");
  const input = element("input", { type: "search", "aria-label": "Search layers, neurons, posts", placeholder: "a layer, a neuron (mlp.3 17), a word", spellcheck: "false" });
  const results = element("ul", { class: "results" });
  const status = element("p", { class: "hint", role: "status" });
  search.append(element("h2", {}, "Search"), input, status, results);
  let current = 0;
  input.addEventListener("input", async () => {
    const mine = ++current;
    try {
      const found = await find(input.value);
      if (mine !== current) return;
      results.replaceChildren(...found.slice(0, 40).map((entry) => row(entry, wordsOf(input.value))));
      status.textContent = input.value ? `${found.length} found` : "";
    } catch (error) {
      status.textContent = error.message;
    }
  });
  search.addEventListener("keydown", (event) => {
    const links = [...results.querySelectorAll("a")];
    const place = links.indexOf(document.activeElement);
    if (event.key === "ArrowDown" && links.length > 0) { links[Math.min(place + 1, links.length - 1)].focus(); event.preventDefault(); }
    if (event.key === "ArrowUp" && place >= 0) { (links[place - 1] ?? input).focus(); event.preventDefault(); }
    if (event.key === "Enter" && document.activeElement === input && links.length > 0) { links[0].click(); event.preventDefault(); }
  });

  atlas.openSearch = () => {
    search.showModal();
    input.select();
  };
})();

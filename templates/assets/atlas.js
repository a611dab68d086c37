// Improves pages that can be read without it: keys, zoom, copy, sorting and filtering, search. Data is loaded as
// scripts, because a page opened from a file system cannot use fetch.
(() => {
  "use strict";

  const html = document.documentElement;
  const root = html.dataset.root || "";

  const element = (name, attributes = {}, ...children) => {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === undefined || value === null || value === false) continue;
      node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...children);
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
      viewer.addEventListener("click", () => viewer.close());
      viewer.addEventListener("close", () => zooms[shown].focus());
    }
    const text = link.closest(".run")?.querySelector("p")?.textContent ?? "";
    viewer.replaceChildren(
      element("img", { src: link.getAttribute("href"), alt: image.alt }),
      element("p", {}, text),
    );
    viewer.tabIndex = -1;
    if (!viewer.open) viewer.showModal();
    viewer.focus();
  };
  zooms.forEach((link, index) => link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(index);
  }));

  // Copy

  if (navigator.clipboard) {
    for (const box of document.querySelectorAll(".copy")) {
      const button = element("button", { type: "button" }, "Copy");
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(box.querySelector("code").textContent);
          button.textContent = "Copied";
        } catch {
          button.textContent = "Copy failed";
        }
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
      });
      box.append(button);
    }
  }

  // Grids of neurons: sort, filter, jump, random; the state is in the URL

  const grid = document.querySelector("[data-grid]");
  const tools = document.querySelector("[data-tools]");
  let openRandom;
  if (grid && tools) {
    const source = grid.dataset.grid;
    const folder = source.slice(0, source.lastIndexOf("/") + 1);
    const [sort, filter, active] = [tools.elements.sort, tools.elements.filter, tools.elements.active];
    /** Whether a neuron is as often active on photographs as chosen. */
    const isActive = { dead: (share) => share === 0, rare: (share) => share > 0 && share < 0.05, dense: (share) => share > 0.5 };
    const output = tools.querySelector("output");
    const empty = document.querySelector(".empty");
    const pages = document.querySelector(".pages");
    const orders = document.querySelector(".orders");
    const batch = 64;
    let data;
    let matches = [];
    let rendered = 0;

    // Formatted like the site's own numbers: three significant digits.
    const number3 = (value) => {
      const size = Math.abs(value);
      const text = size === 0 ? "0" : size >= 1e6 || size < 1e-4 ? size.toExponential(2).replace("+", "") : size >= 1000 ? size.toFixed(0) : size.toPrecision(3);
      return (value < 0 ? "−" : "") + text;
    };
    const percentile = (value) => ((value > 99 && value < 100) || (value > 0 && value < 1) ? (Math.floor(value * 10) / 10).toFixed(1) : String(Math.floor(value)));
    /** The score that the grid is sorted by, or consistency in look: text, percentage, explanation. */
    const score = ([, , , look, , , , , meaning, , identification, choice]) => {
      if (sort.value === "choice") return choice == null ? undefined : [number3(choice), 100 * choice, "forced choice: share of pairs of photographs told apart"];
      if (sort.value === "identification") return identification == null ? undefined : [number3(identification), 100 * identification, "identification: mean reciprocal rank"];
      const [name, value] = sort.value === "meaning" ? ["meaning", meaning] : ["look", look];
      return value == null ? undefined : [`${percentile(value)} %`, value, `consistency in ${name}: percentile among pairs of different neurons`];
    };
    const card = (neuron) => {
      const [number, label, activation, , path, thumbnail, note] = neuron;
      const link = element("a", { class: note ? "card odd" : "card", href: folder + path });
      link.append(thumbnail
        ? element("img", { src: folder + thumbnail, width: data.size[0], height: data.size[1], alt: "", loading: "lazy", decoding: "async" })
        : element("span", { class: "blank" }));
      link.append(element("span", { class: "no" }, String(number)));
      if (label) link.append(" ", element("span", { class: "name" }, label));
      if (activation != null) link.append(" ", element("span", { class: "value", title: "activation" }, number3(activation)));
      const shown = score(neuron);
      if (shown) link.append(" ", element("span", { class: "value consistency", style: `--share: ${shown[1]}%`, title: shown[2] }, shown[0]));
      if (note) link.append(" ", element("span", { class: "note" }, note));
      return element("li", {}, link);
    };

    // When the end of the grid comes into view, the next neurons are added.
    const end = element("div", { "aria-hidden": "true" });
    grid.after(end);
    const more = () => {
      const next = matches.slice(rendered, rendered + batch);
      grid.append(...next.map(card));
      rendered += next.length;
      // The observer reports only changes. Observed again, an end that is still in view is reported too.
      observer.unobserve(end);
      if (rendered < matches.length) observer.observe(end);
    };
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting) && rendered < matches.length) more();
    }, { rootMargin: "600px" });

    const predicate = (text) => {
      const terms = text.toLowerCase().split(/[\s,]+/).filter(Boolean);
      const ranges = [];
      const words = [];
      for (const term of terms) {
        const range = /^(\d+)(?:[-–](\d+))?$/.exec(term);
        if (range) ranges.push([Number(range[1]), Number(range[2] ?? range[1])]); else words.push(term);
      }
      return ([number, label]) =>
        (ranges.length === 0 || ranges.some(([from, to]) => number >= from && number <= to)) &&
        words.every((word) => (label ?? "").toLowerCase().includes(word));
    };

    const apply = () => {
      matches = data.neurons.filter(predicate(filter.value));
      if (active?.value) matches = matches.filter((neuron) => neuron[13] != null && isActive[active.value](neuron[13]));
      // Sorted by similarity, because many percentiles are 100.
      const column = { activation: 2, consistency: 7, meaning: 9, identification: 10, choice: 11, beyond: 12 }[sort.value];
      if (column) matches.sort((a, b) => (b[column] ?? -Infinity) - (a[column] ?? -Infinity) || a[0] - b[0]);
      rendered = 0;
      grid.replaceChildren();
      more();
      if (pages) pages.hidden = true;
      if (orders) orders.hidden = true;
      empty.hidden = matches.length > 0;
      output.value = filter.value || active?.value ? `${matches.length} of ${data.neurons.length}` : "";
      const query = new URLSearchParams();
      if (sort.value !== "number") query.set("sort", sort.value);
      if (filter.value) query.set("filter", filter.value);
      if (active?.value) query.set("active", active.value);
      const text = query.toString();
      history.replaceState(null, "", text ? `?${text}` : location.pathname);
    };

    const withData = async (action) => {
      try {
        if (!data) {
          window.atlasLayer = (value) => { data = value; };
          await load(source);
        }
        action();
      } catch (error) {
        output.value = error.message;
      }
    };

    openRandom = () => withData(() => {
      const neuron = data.neurons[Math.floor(Math.random() * data.neurons.length)];
      if (neuron) location.href = folder + neuron[4];
    });

    tools.hidden = false;
    let timer;
    filter.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => withData(apply), 80);
    });
    sort.addEventListener("change", () => withData(apply));
    active?.addEventListener("change", () => withData(apply));
    tools.addEventListener("submit", (event) => {
      event.preventDefault();
      withData(() => {
        apply();
        if (filter.value && matches.length > 0) location.href = folder + matches[0][4];
      });
    });
    tools.querySelector("[data-action=random]").addEventListener("click", openRandom);

    const query = new URLSearchParams(location.search);
    if (query.has("sort") || query.has("filter") || query.has("active")) {
      if (active && query.get("active") in isActive) active.value = query.get("active");
      if ([...sort.options].some((option) => option.value === query.get("sort"))) sort.value = query.get("sort");
      filter.value = query.get("filter") ?? "";
      withData(apply);
    }
  }

  // Search

  let search;
  const searchFolder = html.dataset.search;
  const openSearch = async () => {
    if (!searchFolder) return;
    if (!search) {
      search = dialog("search", "Search");
      const input = element("input", { type: "search", "aria-label": "Search layers, neurons, posts", placeholder: "a layer, a neuron (mlp.3 17), a word", spellcheck: "false" });
      const results = element("ul", { class: "results" });
      const status = element("p", { class: "hint", role: "status" });
      search.append(element("h2", {}, "Search"), input, status, results);
      let index;
      const pieces = new Map();
      window.atlasSearchIndex = (value) => { index = value; };
      window.atlasSearchPiece = (name, entries) => { pieces.set(name, entries); };
      const piece = (word) => {
        const first = word.codePointAt(0);
        const name = (first >= 97 && first <= 122) || (first >= 48 && first <= 57) ? word[0] : "_";
        return index.pieces.includes(name) ? name : undefined;
      };
      const find = async (text) => {
        const words = text.toLowerCase().split(/[\s/]+/).filter(Boolean);
        if (words.length === 0) return [];
        if (!index) await load(`${searchFolder}/index.js`);
        const found = [];
        const plain = words.filter((word) => !/^\d+$/.test(word));
        const wanted = words.filter((word) => /^\d+$/.test(word)).map(Number);
        for (const [address, path, ranges] of index.layers) {
          if (!plain.every((word) => address.toLowerCase().includes(word))) continue;
          const known = wanted.filter((number) => ranges.some(([from, to]) => number >= from && number <= to));
          for (const number of known) found.push([`${address} / ${number}`, path.replace(/[^/]*$/, `${number}/index.html`), "neuron"]);
          if (wanted.length === 0) found.push([address, path, "layer"]);
        }
        const names = new Set(words.map(piece).filter(Boolean));
        await Promise.all([...names].map((name) => load(`${searchFolder}/${name}.js`)));
        const seen = new Set();
        for (const name of names) {
          for (const [title, path, kind, terms] of pieces.get(name) ?? []) {
            if (seen.has(path)) continue;
            if (words.every((word) => ` ${terms}`.includes(` ${word}`))) {
              seen.add(path);
              found.push([title, path, kind]);
            }
          }
        }
        return found;
      };
      let current = 0;
      input.addEventListener("input", async () => {
        const mine = ++current;
        try {
          const found = await find(input.value);
          if (mine !== current) return;
          results.replaceChildren(...found.slice(0, 40).map(([title, path, kind]) =>
            element("li", {}, element("a", { href: root + path }, element("bdi", {}, title), element("span", {}, kind)))));
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
    }
    search.showModal();
    search.querySelector("input").select();
  };

  // Help

  let help;
  const openHelp = () => {
    if (!help) {
      help = dialog("help", "Keys");
      const keys = [];
      if (document.querySelector("a[rel=prev], a[rel=next]")) keys.push(["← p", "previous"], ["→ n", "next"]);
      if (searchFolder) keys.push(["/", "search"]);
      if (openRandom) keys.push(["r", "random neuron"]);
      if (zooms.length > 0) keys.push(["click", "enlarge a picture"]);
      keys.push(["?", "show these keys"], ["Esc", "close"]);
      const close = element("button", { type: "button" }, "Close");
      close.addEventListener("click", () => help.close());
      help.append(
        element("h2", {}, "Keys"),
        element("dl", {}, ...keys.flatMap(([key, text]) => [
          element("dt", {}, ...key.split(" ").flatMap((name) => [element("kbd", {}, name), " "])),
          element("dd", {}, text),
        ])),
        close,
      );
    }
    help.showModal();
  };

  const actions = { search: openSearch, help: openHelp };
  for (const button of document.querySelectorAll("button[data-action]")) {
    const action = actions[button.dataset.action];
    if (!action) continue;
    button.hidden = false;
    button.addEventListener("click", action);
  }

  /** Goes to the page before or after this one. */
  const follow = (relation) => document.querySelector(`a[rel=${relation}]`)?.click();

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    if (viewer?.open) {
      if (event.key === "ArrowRight" || event.key === "n") show(shown + 1);
      if (event.key === "ArrowLeft" || event.key === "p") show(shown - 1);
      return;
    }
    if (isOpen()) return;
    switch (event.key) {
      case "ArrowLeft": case "p": if (!scrolls(event)) follow("prev"); break;
      case "ArrowRight": case "n": if (!scrolls(event)) follow("next"); break;
      case "/": event.preventDefault(); openSearch(); break;
      case "?": openHelp(); break;
      case "r": openRandom?.(); break;
    }
  });

  // A swipe does the same, unless it scrolls something or the page is enlarged.
  let touch;
  document.addEventListener("touchstart", (event) => {
    const isFree = event.touches.length === 1 && !isOpen() && (window.visualViewport?.scale ?? 1) === 1
      && !event.target.closest("pre, input, select, nav, .scroll, .map");
    touch = isFree ? event.touches[0] : undefined;
  }, { passive: true });
  document.addEventListener("touchend", (event) => {
    if (!touch || event.touches.length > 0) return;
    const { clientX, clientY } = event.changedTouches[0];
    const [x, y] = [clientX - touch.clientX, clientY - touch.clientY];
    touch = undefined;
    if (Math.abs(x) > 60 && Math.abs(x) > 2 * Math.abs(y)) follow(x > 0 ? "prev" : "next");
  }, { passive: true });

  /** Whether an arrow key scrolls the focused element. */
  const scrolls = (event) => event.key.startsWith("Arrow") && event.target.closest("pre, .scroll") !== null;
})();

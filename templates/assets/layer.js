// A layer's page: its map or its grid; the grid is sorted and filtered, and the address says how.
(() => {
  "use strict";

  const { atlas } = window;
  const { element, load } = atlas;

  // The views of a layer: its map or its grid

  const views = document.querySelector(".views.mapped");
  const showView = (view) => {
    if (!views) return;
    views.dataset.view = view;
    for (const link of views.querySelectorAll(".switch a")) {
      if (link.dataset.view === view) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    }
  };
  for (const link of views?.querySelectorAll(".switch a") ?? []) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      history.replaceState(null, "", `${location.search}#${link.dataset.view}`);
      showView(link.dataset.view);
    });
  }
  const showNamedView = () => showView(location.hash === "#grid" ? "grid" : "map");
  addEventListener("hashchange", showNamedView);
  showNamedView();

  // Grids of neurons: sort, filter, jump, random; the state is in the URL

  const grid = document.querySelector("[data-grid]");
  const tools = document.querySelector("[data-tools]");
  if (grid && tools) {
    const source = grid.dataset.grid;
    const folder = source.slice(0, source.lastIndexOf("/") + 1);
    const { sort, filter, show: kind, active } = tools.elements;
    /** Whether a neuron is of the chosen kind. */
    const isKind = {
      consistent: ([, , , look]) => look >= 95, inconsistent: ([, , , look]) => look != null && look < 50,
      never: ([, , , , , , note]) => note?.startsWith("never"), diverged: ([, , , , , , note]) => note?.startsWith("diverged"),
    };
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
      if (kind.value) matches = matches.filter(isKind[kind.value]);
      if (active?.value) matches = matches.filter((neuron) => neuron[13] != null && isActive[active.value](neuron[13]));
      // Sorted by similarity, because many percentiles are 100.
      const column = { activation: 2, consistency: 7, meaning: 9, identification: 10, choice: 11, beyond: 12 }[sort.value];
      if (column) matches.sort((a, b) => (b[column] ?? -Infinity) - (a[column] ?? -Infinity) || a[0] - b[0]);
      rendered = 0;
      grid.replaceChildren();
      more();
      const found = new Set(matches.map(([number]) => number));
      for (const tile of document.querySelectorAll(".tiles a")) tile.classList.toggle("dim", !found.has(parseInt(tile.textContent, 10)));
      if (pages) pages.hidden = true;
      empty.hidden = matches.length > 0;
      output.value = filter.value || kind.value || active?.value ? `${matches.length} of ${data.neurons.length}` : "";
      const query = new URLSearchParams(atlas.pins());
      if (sort.value !== "number") query.set("sort", sort.value);
      if (filter.value) query.set("filter", filter.value);
      if (kind.value) query.set("show", kind.value);
      if (active?.value) query.set("active", active.value);
      const text = query.toString();
      history.replaceState(null, "", (text ? `?${text}` : location.pathname) + location.hash);
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

    const openRandom = () => withData(() => {
      const neuron = data.neurons[Math.floor(Math.random() * data.neurons.length)];
      if (neuron) location.href = folder + neuron[4];
    });

    tools.hidden = false;
    // One control for the order: these links do without scripts what the tools do with them.
    if (orders) orders.hidden = true;
    let timer;
    filter.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => withData(apply), 80);
    });
    sort.addEventListener("change", () => {
      showView("grid");
      withData(apply);
    });
    for (const select of [kind, active]) select?.addEventListener("change", () => withData(apply));
    tools.addEventListener("submit", (event) => {
      event.preventDefault();
      withData(() => {
        apply();
        if (filter.value && matches.length > 0) location.href = folder + matches[0][4];
      });
    });
    tools.querySelector("[data-action=random]").addEventListener("click", openRandom);
    atlas.actions.r = openRandom;
    atlas.keys.push(["r", "random neuron"]);

    const query = new URLSearchParams(location.search);
    if (["sort", "filter", "show", "active"].some((name) => query.has(name))) {
      if (query.get("show") in isKind) kind.value = query.get("show");
      if (active && query.get("active") in isActive) active.value = query.get("active");
      if ([...sort.options].some((option) => option.value === query.get("sort"))) sort.value = query.get("sort");
      filter.value = query.get("filter") ?? "";
      if (query.has("sort")) showView("grid");
      withData(apply);
    }
  }
})();

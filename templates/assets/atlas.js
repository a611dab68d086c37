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

  // Maps: pan and zoom, enlarge a tile; the arrow keys move between tiles

  const startMap = (map) => {
    const surface = map.querySelector(".surface");
    const whole = surface.querySelector("img");
    const tiles = [...surface.querySelectorAll("a")];
    const columns = Number(map.dataset.columns);
    const rows = Math.ceil(tiles.length / columns);
    const parts = map.dataset.parts?.split(" ").map(Number);
    const folder = whole.getAttribute("src").replace(/[^/]*$/, "");
    const [width, height] = [() => surface.offsetWidth, () => surface.offsetHeight];
    let [scale, x, y] = [1, 0, 0];
    let current = 0;

    // The pictures of parts, loaded when they are seen large.
    const pictures = new Map();
    const part = (column, row) => {
      const [across, down] = [Math.floor(column / parts[0]), Math.floor(row / parts[1])];
      const number = down * Math.ceil(columns / parts[0]) + across + 1;
      if (!pictures.has(number)) {
        const image = element("img", { class: "part", alt: "", src: `${folder}map-${number}.jpg`, hidden: true });
        image.style.left = `${100 * across * parts[0] / columns}%`;
        image.style.top = `${100 * down * parts[1] / rows}%`;
        image.onload = () => {
          image.style.width = `${100 * image.naturalWidth / parts[2] / columns}%`;
          image.hidden = false;
        };
        pictures.set(number, image);
        whole.after(image);
      }
      return { image: pictures.get(number), column: column - across * parts[0], row: row - down * parts[1] };
    };
    const loadSeen = () => {
      const size = width() * scale / columns;
      if (!parts || scale === 1 || size * devicePixelRatio < 1.25 * map.dataset.tile) return;
      const tall = height() * scale / rows;
      const [left, top] = [surface.offsetLeft + x, surface.offsetTop + y];
      const first = (edge, side) => Math.max(0, Math.floor(-edge / side));
      const last = (edge, side, length, count) => Math.min(count - 1, Math.floor((length - edge) / side));
      for (let row = first(top, tall); row <= last(top, tall, map.clientHeight, rows); row++) {
        for (let column = first(left, size); column <= last(left, size, map.clientWidth, columns); column++) part(column, row);
      }
    };

    let loading;
    const update = (eased = false) => {
      const keep = (value, offset, length, frame) => length * scale <= frame
        ? (frame - length * scale) / 2 - offset : Math.min(-offset, Math.max(frame - length * scale - offset, value));
      x = keep(x, surface.offsetLeft, width(), map.clientWidth);
      y = keep(y, surface.offsetTop, height(), map.clientHeight);
      surface.classList.toggle("eased", eased);
      surface.style.transform = scale === 1 ? "" : `translate(${x}px, ${y}px) scale(${scale})`;
      surface.style.setProperty("--scale", scale);
      map.classList.toggle("zoomed", scale > 1);
      map.dataset.scale = scale.toFixed(2);
      hideLens();
      clearTimeout(loading);
      loading = setTimeout(loadSeen, 100);
    };
    /** Zooms by a factor around a point of the frame. */
    const zoom = (factor, px = map.clientWidth / 2, py = map.clientHeight / 2, eased = false) => {
      const largest = Math.max(2, 240 * columns / width());
      const next = Math.min(largest, Math.max(1, scale * factor));
      const [ox, oy] = [px - surface.offsetLeft, py - surface.offsetTop];
      [x, y] = [ox - (ox - x) * next / scale, oy - (oy - y) * next / scale];
      scale = next;
      update(eased);
    };
    /** A tile's rectangle in the frame. */
    const place = (index) => {
      const [w, h] = [width() * scale / columns, height() * scale / rows];
      return [surface.offsetLeft + x + (index % columns) * w, surface.offsetTop + y + Math.floor(index / columns) * h, w, h];
    };
    const point = (event) => {
      const box = map.getBoundingClientRect();
      return [event.clientX - box.left - map.clientLeft, event.clientY - box.top - map.clientTop];
    };

    // The lens: a tile, larger, with its name
    let lens;
    let waiting;
    const hideLens = () => {
      clearTimeout(waiting);
      lens?.remove();
      lens = undefined;
    };
    const showLens = (index) => {
      hideLens();
      const [left, top, w, h] = place(index);
      const size = Math.min(Math.max(1.5 * w, 132), map.clientWidth / 2, 0.7 * map.clientHeight * w / h);
      const tall = size * h / w;
      const picture = element("div");
      const draw = (source, across, down, column, row) => {
        picture.style.cssText = `width: ${size}px; height: ${tall}px; background: url("${source}") ${-column * size}px ${-row * tall}px / ${across * size}px ${down * tall}px`;
      };
      const [column, row] = [index % columns, Math.floor(index / columns)];
      draw(whole.src, columns, rows, column, row);
      if (parts) {
        // The tile as large as its thumbnail, if the pointer rests on it.
        waiting = setTimeout(() => {
          const larger = part(column, row);
          larger.image.decode().then(() => {
            const across = larger.image.naturalWidth / parts[2];
            draw(larger.image.src, across, larger.image.naturalHeight / (parts[2] * h / w), larger.column, larger.row);
          }, () => {});
        }, 150);
      }
      const name = tiles[index].textContent.split(/ (.*)/);
      lens = element("div", { class: "lens", "aria-hidden": "true" }, picture, element("p", {}, element("b", {}, name[0]), name[1] ? ` ${name[1]}` : ""));
      lens.style.width = `${size + 2}px`;
      map.append(lens);
      const clamp = (value, length, frame) => Math.max(2, Math.min(frame - length - 2, value));
      lens.style.translate = `${clamp(left + (w - size) / 2, lens.offsetWidth, map.clientWidth)}px ${clamp(top + (h - tall) / 2, lens.offsetHeight, map.clientHeight)}px`;
    };

    // Keys: one tile is in the order of the Tab key
    const choose = (index) => {
      tiles[current].tabIndex = -1;
      current = index;
      tiles[current].tabIndex = 0;
    };
    /** Focuses a tile and moves it into the frame. */
    const focus = (index) => {
      choose(index);
      const [left, top, w, h] = place(index);
      x += Math.max(0, -left) - Math.max(0, left + w - map.clientWidth);
      y += Math.max(0, -top) - Math.max(0, top + h - map.clientHeight);
      update(true);
      tiles[index].focus({ preventScroll: true });
      showLens(index);
    };
    for (const tile of tiles) tile.tabIndex = -1;
    choose(0);
    map.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const onTile = event.target === tiles[current];
      const start = current - current % columns;
      const moves = {
        ArrowLeft: current - 1, ArrowRight: current + 1, ArrowUp: current - columns, ArrowDown: current + columns,
        Home: start, End: Math.min(start + columns, tiles.length) - 1,
      };
      const around = () => { const [left, top, w, h] = place(current); return [left + w / 2, top + h / 2]; };
      if (onTile && event.key in moves) {
        const next = moves[event.key];
        if (next >= 0 && next < tiles.length) focus(next);
      } else if (["+", "=", "-", "−"].includes(event.key)) {
        zoom(event.key === "+" || event.key === "=" ? 1.5 : 1 / 1.5, ...(onTile ? around() : []), true);
        if (onTile) showLens(current);
      } else if (event.key === "0" || (event.key === "Escape" && (scale > 1 || lens))) {
        zoom(0, 0, 0, true);
      } else {
        return;
      }
      event.preventDefault();
    });
    map.addEventListener("focusin", (event) => {
      const index = tiles.indexOf(event.target);
      if (index >= 0 && index !== current) choose(index);
      if (index >= 0 && event.target.matches(":focus-visible")) focus(index);
    });
    map.addEventListener("focusout", hideLens);

    // Pointers: one drags, two pinch
    const pointers = new Map();
    let isDragged = false;
    map.addEventListener("pointerover", (event) => {
      const index = tiles.indexOf(event.target);
      if (event.pointerType === "mouse" && pointers.size === 0 && index >= 0) showLens(index);
    });
    map.addEventListener("pointerleave", hideLens);
    map.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || event.target.closest("button")) return;
      pointers.set(event.pointerId, point(event));
      isDragged = false;
    });
    map.addEventListener("pointermove", (event) => {
      const before = pointers.get(event.pointerId);
      if (!before) return;
      const now = point(event);
      const [dx, dy] = [now[0] - before[0], now[1] - before[1]];
      if (pointers.size === 1 && !isDragged && (scale === 1 || Math.hypot(dx, dy) < 5)) return;
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
      pointers.set(event.pointerId, now);
      if (!isDragged) {
        isDragged = true;
        map.classList.add("dragged");
        for (const id of pointers.keys()) map.setPointerCapture(id);
      }
      x += dx / pointers.size;
      y += dy / pointers.size;
      if (!other) return update();
      const distance = (from) => Math.hypot(from[0] - other[0], from[1] - other[1]);
      zoom(distance(now) / Math.max(1, distance(before)), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
    });
    for (const name of ["pointerup", "pointercancel"]) {
      map.addEventListener(name, (event) => {
        pointers.delete(event.pointerId);
        map.classList.remove("dragged");
      });
    }
    map.addEventListener("touchmove", (event) => {
      if (event.touches.length > 1 && event.cancelable) event.preventDefault();
    }, { passive: false });
    map.addEventListener("dragstart", (event) => event.preventDefault());
    map.addEventListener("click", (event) => {
      const isTile = tiles.includes(event.target);
      // A fingertip cannot choose among small tiles, so the first touch comes nearer.
      const isSmall = event.pointerType === "touch" && width() * scale / columns < 22;
      if (isTile && isSmall && !isDragged) zoom(4, ...point(event), true);
      if (isDragged || (isTile && isSmall)) event.preventDefault();
      isDragged = false;
    });
    // The wheel zooms, except while it scrolls the page past the map.
    let scrolled = -Infinity;
    addEventListener("scroll", () => { scrolled = performance.now(); }, { passive: true });
    map.addEventListener("wheel", (event) => {
      const isPinch = event.ctrlKey;
      if (!isPinch && scale === 1 && (event.deltaY > 0 || performance.now() - scrolled < 400)) return;
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 16 : 1;
      zoom(Math.exp(-event.deltaY * lines * (isPinch ? 0.01 : 0.002)), ...point(event));
    }, { passive: false });

    for (const button of map.nextElementSibling.querySelectorAll("[data-zoom]")) {
      button.hidden = false;
      button.addEventListener("click", () => zoom(Number(button.dataset.zoom), undefined, undefined, true));
    }
    new ResizeObserver(() => update()).observe(map);
    return { tiles };
  };
  const maps = [...document.querySelectorAll("[data-map]")].map(startMap);

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
  let openRandom;
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
      for (const tile of maps.flatMap(({ tiles }) => tiles)) tile.classList.toggle("dim", !found.has(parseInt(tile.textContent, 10)));
      if (pages) pages.hidden = true;
      empty.hidden = matches.length > 0;
      output.value = filter.value || kind.value || active?.value ? `${matches.length} of ${data.neurons.length}` : "";
      const query = new URLSearchParams();
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

    openRandom = () => withData(() => {
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
      if (maps.length > 0) keys.push(["← → ↑ ↓", "move on the map"], ["+ −", "zoom the map"], ["0", "the whole map"]);
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

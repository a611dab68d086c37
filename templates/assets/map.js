// Maps: pan and zoom, enlarge a tile; the arrow keys move between tiles.
(() => {
  "use strict";

  const { element, keys } = window.atlas;

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
  };
  document.querySelectorAll("[data-map]").forEach(startMap);
  keys.push(["← → ↑ ↓", "move on the map"], ["+ −", "zoom the map"], ["0", "the whole map"]);
})();

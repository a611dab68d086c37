// Films: a slider on the curves shows the runs' pictures at that step; at its end, the finished ones.
(() => {
  "use strict";

  const { element } = window.atlas;

  for (const film of document.querySelectorAll(".film")) {
    const [caption, ...strips] = film.querySelectorAll("p, img");
    const rest = caption.textContent;
    const { steps } = film.dataset;
    const values = strips.map((strip) => strip.dataset.film.split(" "));
    const end = values[0].length - 1;
    const frames = strips.map((strip) => {
      const ratio = strip.getAttribute("width") / strip.getAttribute("height") / end;
      const style = `width: calc(${Math.min(1, ratio)} * (100% - 2px)); aspect-ratio: ${ratio}; background: url("${strip.src}") 0 / ${end}00% 100%`;
      const frame = element("span", { class: "frame", style });
      document.querySelector(`.zoom[href^="${strip.getAttribute("src").slice(0, -9)}"]`).append(frame);
      return frame;
    });
    const slider = element("input", { type: "range", max: end, "aria-label": "Film" });
    const show = (place) => {
      const text = `step ${Math.floor(place * steps / end)} of ${steps}, activation ${values.map((run) => run[place]).join(", ")}`;
      slider.value = place;
      slider.ariaValueText = text;
      caption.textContent = place < end ? text : rest;
      for (const frame of frames) {
        frame.hidden = place === end;
        frame.style.backgroundPositionX = `${100 * place / (end - 1 || 1)}%`;
      }
    };
    slider.addEventListener("input", () => show(Number(slider.value)));
    slider.addEventListener("blur", () => show(end));
    film.append(slider);
    show(end);
  }
})();

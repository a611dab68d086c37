// The code that shows a neuron's runs, or a figure of a post, in another page.
(() => {
  "use strict";

  const { atlas } = window;
  const { element, button, copyBox } = atlas;
  const attribute = (text) => text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");
  const content = (selector, name) => document.querySelector(selector)?.getAttribute(name);
  let box;

  /** Shows the code; `event` comes from a button of a figure, or from the one of the page. */
  atlas.openEmbed = (event) => {
    const figure = event?.target.closest("figure[id]") ?? document.querySelector("#embed");
    const page = content("link[rel=canonical]", "href") ?? location.href.replace(/[?#].*/, "");
    const title = figure.matches("figure") ? figure.querySelector("figcaption")?.textContent.trim() : document.title;
    const size = figure.getBoundingClientRect();
    const frame = `<iframe src="${attribute(`${page}#${figure.id}`)}" title="${attribute(title ?? document.title)}" width="100%" height="${Math.ceil(size.height) + 40}" loading="lazy" style="border: 0"></iframe>`;
    box ??= atlas.dialog("embed", "Embed");
    const card = figure.id === "embed" && content("meta[property='og:image']", "content");
    box.replaceChildren(
      element("h2", {}, "Show it in another page"),
      element("p", {}, "The figure alone, in a frame:"), copyBox(frame),
      ...(card ? [
        element("p", {}, "A picture with its link, as Markdown:"), copyBox(`[![${document.title}](${card})](${page})`),
        element("p", {}, "The same as HTML:"),
        copyBox(`<a href="${attribute(page)}"><img src="${attribute(card)}" alt="${attribute(document.title)}"></a>`),
      ] : []),
      button("Close", () => box.close()),
    );
    box.showModal();
  };
})();

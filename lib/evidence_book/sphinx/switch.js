/* Menus that show the page under other assumptions. All values were computed beforehand by the
   same functions as the page; this script only puts them in place. */
"use strict";
(function () {
  const data = window.evidenceSwitch;
  const form = document.getElementById("switch");
  if (!data || !form || form.dataset.page !== data.page) return;

  const article = form.closest("article") || document;
  const published = new Map(); // element -> how to bring it back
  const find = (selector) => Array.from(article.querySelectorAll(selector));
  const make = (tag, attributes, ...children) => {
    const element = Object.assign(document.createElement(tag), attributes || {});
    element.append(...children);
    return element;
  };

  /* Change an element, and remember how it was published. */
  function change(element, apply, restore) {
    if (!published.has(element)) published.set(element, restore());
    apply();
  }

  function setText(element, text) {
    change(element, () => {
      if (element.textContent !== text) {
        element.dataset.published = element.textContent;
        element.classList.add("moved");
      }
      element.textContent = text;
    }, () => {
      const before = element.textContent;
      return () => {
        element.textContent = before;
        element.classList.remove("moved");
        delete element.dataset.published;
      };
    });
  }

  function setNumber(key, parts) {
    const missing = "not part of these assumptions";
    for (const link of find(`a.num[href="#result-${CSS.escape(key)}"]`)) {
      const part = Array.from(link.classList).find((name) => name.startsWith("part-"));
      const name = part ? part.slice(5) : "";
      setText(link, parts ? (name in parts ? parts[name] : parts[""]) : missing);
    }
    const row = document.getElementById(`result-${key}`);
    if (row) {
      setText(row.cells[2], parts ? parts[""] : missing);
      if (parts) setText(row.cells[1], parts.label);
    } else if (parts) {
      addRow(key, parts);
    }
  }

  /* A number that the published page does not have. */
  function addRow(key, parts) {
    const first = article.querySelector('tr[id^="result-"]');
    if (!first) return;
    const head = make("th", { scope: "row" }, make("code", {}, key));
    const row = make("tr", { id: `result-${key}`, className: "moved" }, head,
      make("td", {}, parts.label), make("td", { className: "number" }, parts[""]),
      make("td", {}), make("td", {}), make("td", {}));
    first.parentNode.append(row);
    published.set(row, () => row.remove());
  }

  function setClaim(key, claim) {
    const state = claim ? claim.state : "cannot tell";
    const text = claim ? claim.text : "This conclusion is not part of these assumptions.";
    for (const mark of find(`a.claim-mark[href="#claim-${CSS.escape(key)}"]`)) {
      const words = mark.closest(".claim").firstElementChild;
      setText(words, text);
      if (claim) setText(mark, claim.mark);
    }
    const row = document.getElementById(`claim-${key}`);
    if (row) {
      setText(row.cells[0], text);
      if (claim) setText(row.cells[1], claim.tested);
      setText(row.cells[2], state);
    }
  }

  function setShown(id, item) {
    const element = document.getElementById(id);
    if (!element) return;
    // A folded table goes with the line that opens it.
    const framed = element.closest(".folded") || element;
    if (item && "svg" in item) setFigure(element, item);
    else change(element, () => {
      framed.classList.toggle("not-shown", !item);
      if (item) element.innerHTML = new DOMParser()
        .parseFromString(item.html, "text/html").getElementById(id).innerHTML;
    }, () => {
      const before = element.innerHTML;
      return () => { element.innerHTML = before; framed.classList.remove("not-shown"); };
    });
  }

  function darkened(svg) {
    // What has no colour of its own is black.
    return svg
      .replace(new RegExp(Object.keys(data.dark).join("|"), "g"), (colour) => data.dark[colour])
      .replace("<svg ", `<svg fill="${data.dark["#000000"]}" `);
  }

  function setFigure(figure, item) {
    const caption = figure.querySelector("figcaption .caption-text");
    for (const image of figure.querySelectorAll("img")) {
      const svg = image.classList.contains("figure-dark") ? darkened(item.svg) : item.svg;
      change(image, () => {
        image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
        image.alt = item.alt;
      }, () => {
        const before = [image.getAttribute("src"), image.alt];
        return () => { image.setAttribute("src", before[0]); image.alt = before[1]; };
      });
    }
    if (caption) setText(caption, item.caption);
  }

  function restore() {
    for (const back of published.values()) back();
    published.clear();
    document.body.classList.remove("switched");
  }

  const menus = data.menus.map((menu, number) => {
    const select = make("select", { id: `switch-${number}` }, ...menu.words.map(
      (words, value) => make("option", { value }, value ? words : `${words} (published)`)));
    const label = make("label", { htmlFor: select.id }, menu.label);
    return { ...menu, select, line: make("div", { className: "switch-menu" }, label, select) };
  });
  const status = make("p", { className: "switch-status" });
  status.setAttribute("role", "status");
  const reset = make("button", { type: "button" }, "Published values");

  function command(chosen) {
    const set = menus.map((menu, number) => chosen[number]
      ? ` --set ${menu.parameter}=${JSON.parse(menu.values[chosen[number]])}` : "");
    return `evidence run ${data.page}${set.join("")}`;
  }

  function update() {
    const chosen = menus.map((menu) => menu.select.selectedIndex);
    const name = chosen.join(",");
    restore();
    reset.disabled = chosen.every((value) => value === 0);
    status.replaceChildren();
    if (reset.disabled) {
      status.append("The published page: every parameter at its default.");
      return;
    }
    const cell = data.cells[name];
    if (!cell) {
      const why = data.missing[name] || "";
      status.append(`Not computed: the page shows its published values. ${why}`);
      return;
    }
    const claims = Object.entries(cell.claims);
    const before = claims.map(([key]) => stateOf(key));
    document.body.classList.add("switched");
    for (const [key, parts] of Object.entries(cell.numbers)) setNumber(key, parts);
    for (const [key, claim] of claims) setClaim(key, claim);
    for (const [id, key] of Object.entries(cell.shown)) setShown(id, key && data.pool[key]);
    const flipped = claims.filter(([, claim], at) => claim && before[at] !== claim.state);
    const moved = Object.keys(cell.numbers).length;
    status.append(`Not the published page: ${moved} of ${data.total} numbers differ, `
      + `${flipped.length} ${flipped.length === 1 ? "conclusion changes" : "conclusions change"} its state. `
      .replace("conclusions change its", "conclusions change their")
      + "Sentences outside of conclusions were written for the published values. ",
      "The same as a run: ", make("code", {}, command(chosen)));
  }

  function stateOf(key) {
    const row = document.getElementById(`claim-${key}`);
    return row ? row.cells[2].textContent : "";
  }

  const box = make("fieldset", {}, make("legend", {}, "Other assumptions"),
    ...menus.map((menu) => menu.line), reset, status);
  form.append(box);
  form.hidden = false;
  form.addEventListener("change", update);
  form.addEventListener("submit", (event) => event.preventDefault());
  reset.addEventListener("click", () => {
    for (const menu of menus) menu.select.selectedIndex = 0;
    update();
  });
  // Browsers keep the choice in a form when a page is loaded again.
  form.reset();
  update();
})();

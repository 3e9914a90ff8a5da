/* What every page needs before it is drawn (light or dark), and what loads the rest when it is used:
   cards beside numbers, menus, long tables. Without this script a page is whole, its code shown. */
"use strict";
(function () {
  const page = document.documentElement;
  const remembered = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private */ } };

  /* ---- Light or dark, as the system has it until the reader chooses ---- */

  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const setTheme = () => {
    page.dataset.theme = remembered("theme") || (dark.matches ? "dark" : "light");
  };
  setTheme();
  dark.addEventListener("change", setTheme);

  /* ---- Scripts that load when they are used ---- */

  const loaded = new Map();
  const look = new URL("used.css", document.currentScript.src).href;
  function load(address, told) {
    if (!loaded.has(address)) {
      loaded.set(address, new Promise((done, failed) => {
        const made = address === look
          ? Object.assign(document.createElement("link"), { rel: "stylesheet", href: look })
          : Object.assign(document.createElement("script"), { src: address });
        Object.assign(made, { onload: done, onerror: failed });
        Object.assign(made.dataset, told);
        document.head.append(made);
      }));
    }
    return loaded.get(address);
  }
  const loadInOrder = (addresses, told = {}) =>
    [look, ...addresses].reduce((before, address) => before.then(() => load(address, told)), Promise.resolve());

  /* Cards: on the first sign of a reader. What that reader points at, or has the focus on, is told
     again to the script that was not there yet. */
  function cardsOnFirstUse(addresses) {
    let asked = null;
    let ready = false;
    const again = (kind, target, event) => target && target.dispatchEvent(
      new PointerEvent(kind, { bubbles: true, cancelable: true, pointerType: event.pointerType }));
    const start = (event) => {
      asked = asked || loadInOrder(addresses).then(() => {
        ready = true;
        again("pointerover", Array.from(document.querySelectorAll("article a:hover")).pop(), event);
        const focused = document.activeElement;
        if (focused && focused.matches("article a")) {
          focused.dispatchEvent(new FocusEvent("focusin", { bubbles: true }));
        }
      });
      return asked;
    };
    for (const kind of ["pointermove", "pointerdown", "keydown"]) {
      document.addEventListener(kind, start, { once: true, passive: true });
    }
    // A tap opens the card; it must not follow the link because the card came too late.
    document.addEventListener("click", (event) => {
      const link = event.target.closest("article a.num, article a.claim-mark, article a.glossary-term");
      if (ready || !link || event.pointerType !== "touch") return;
      event.preventDefault();
      event.stopImmediatePropagation();
      start(event).then(() => {
        again("pointerdown", link, event);
        again("click", link, event);
      });
    }, true);
  }

  /* Long tables: a button above each; the first press loads what sorts and searches them all. */
  function tablesOnPress(addresses, longAfter) {
    const bars = [];
    for (const table of document.querySelectorAll("article table")) {
      const region = table.closest(".evidence-table");
      if (!region || table.querySelectorAll("tbody tr").length <= longAfter) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Sort, search, download";
      const bar = document.createElement("div");
      bar.className = "table-tools";
      bar.append(button);
      region.before(bar);
      bars.push(bar);
      button.addEventListener("click", () => {
        const at = bars.indexOf(bar);
        button.disabled = true;
        loadInOrder(addresses, { rows: longAfter }).then(() => {
          bars.forEach((one) => one.remove());
          const searches = document.querySelectorAll(".table-tools input[type=search]");
          if (searches[at]) searches[at].focus();
        });
      });
    }
  }

  function menusOnOpen(addresses) {
    const box = document.getElementById("explore");
    if (!box) return;
    const start = () => { if (box.open) loadInOrder(addresses); };
    box.addEventListener("toggle", start);
    start();
  }

  /* ---- The page ---- */

  function codeSwitch() {
    const button = document.getElementById("show-code");
    const cells = document.querySelectorAll("details.above-input");
    if (!button || !cells.length) return;
    const show = (shown) => {
      page.classList.toggle("show-code", shown);
      button.setAttribute("aria-pressed", String(shown));
      cells.forEach((cell) => { cell.open = shown; });
    };
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = button.getAttribute("aria-pressed") !== "true";
      remember("show-code", shown ? "yes" : "");
      show(shown);
    });
    show(remembered("show-code") === "yes");
  }

  /* The list of the page's sections marks the one that is read. */
  function markSection() {
    const links = new Map(Array.from(document.querySelectorAll(".on-page a[href^='#']"),
      (link) => [link.getAttribute("href").slice(1), link]));
    const mark = (id) => links.forEach((link, of) =>
      (of === id ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
    const watch = new IntersectionObserver((seen) => {
      const top = seen.filter((one) => one.isIntersecting).pop();
      if (top) mark(top.target.id);
    }, { rootMargin: "0px 0px -70% 0px" });
    for (const id of links.keys()) {
      const section = id && document.getElementById(id);
      if (section) watch.observe(section);
    }
  }

  /* What is linked to inside a closed part opens it. */
  function openTarget() {
    let target = null;
    try {
      target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch { /* a lone % names no place */ }
    if (!target) return;
    let closed = target.closest("details:not([open])");
    const was = Boolean(closed);
    for (; closed; closed = closed.parentElement.closest("details:not([open])")) closed.open = true;
    if (was) target.scrollIntoView();
  }

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    button.addEventListener("click", () => {
      remember("theme", page.dataset.theme === "dark" ? "light" : "dark");
      setTheme();
    });
    const stored = document.getElementById("on-demand");
    const demand = stored ? JSON.parse(stored.textContent) : {};
    if (demand.cards) cardsOnFirstUse(demand.cards);
    if (demand.tables) tablesOnPress(demand.tables, demand.long_after);
    if (demand.menus) menusOnOpen(demand.menus);
    codeSwitch();
    markSection();
    window.addEventListener("hashchange", openTarget);
    openTarget();
    page.classList.add("ready");
  });
})();

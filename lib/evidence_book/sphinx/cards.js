/* A card beside a number, a conclusion or a term says what it is, on hover, focus or tap.
   The page holds the texts of its cards as JSON; they are put in place as text, never as HTML.
   Without this script, or without popovers in the browser, the links lead where they always led. */
"use strict";
(function () {
  const stored = document.getElementById("card-data");
  if (!stored || !("popover" in HTMLElement.prototype)) return;
  const data = JSON.parse(stored.textContent);
  // Long enough to pass over a number without a card, and to move the pointer into one.
  const OPEN_AFTER = 120;
  const CLOSE_AFTER = 350;
  // Pixels between card and number, and between card and the edge of the window.
  const GAP = 6;
  const EDGE = 8;

  const make = (tag, attributes, ...children) => {
    const element = Object.assign(document.createElement(tag), attributes || {});
    element.append(...children.filter((child) => child !== null));
    return element;
  };
  const link = (href, ...children) => {
    const away = href.startsWith("https://");
    return make("a", { href, className: away ? "external" : "internal" }, ...children);
  };
  const card = make("div", { id: "card", className: "number-card", popover: "manual" });
  card.setAttribute("role", "dialog");
  card.setAttribute("aria-labelledby", "card-name");
  let anchor = null; // the link whose card is open
  let title = ""; // of that link; the browser would show it over the card
  let dismissed = null; // the link whose card was closed with Escape, until focus leaves it
  let timer = 0;
  let pointer = "mouse";

  /* ---- What a card says ---- */

  const entry = (kind, href) => (data[kind] || {})[href];
  const has = (href) => ["numbers", "claims", "terms"].some((kind) => entry(kind, href));

  /* A number as the page shows it now: the menus may have put another in its place. */
  function current(href, from) {
    const number = entry("numbers", href);
    const shown = { name: number.name, text: number.text, moved: false };
    if (!document.body.classList.contains("switched")) return shown;
    const row = href.startsWith("#") && document.getElementById(href.slice(1));
    if (row && row.cells[2].textContent !== number.text) {
      return { name: row.cells[1].textContent, text: row.cells[2].textContent, moved: true };
    }
    return !row && from && from.classList.contains("moved")
      ? { ...shown, text: from.textContent, moved: true } : shown;
  }

  function lineOf(term, ...words) {
    return [make("dt", {}, term), make("dd", {}, ...words)];
  }

  function rowOf(id) {
    const [words, address] = (window.evidenceRows || {})[id] || ["", ""];
    return make("li", {}, address ? link(address, words) : words, " ",
      link(`${data.provenance}#row-${id}`, make("code", {}, id)));
  }

  function rowsOf(number, href) {
    if (!number.rows.length) return lineOf("Data rows", "none: it rests on no printed value");
    const items = number.rows.map(rowOf);
    if (number.more) items.push(make("li", {}, link(href, `and ${number.more} more`)));
    return lineOf("Data rows", make("ul", {}, ...items));
  }

  function conventionsOf(number) {
    if (!number.conventions.length) return [];
    const links = number.conventions.flatMap((key, at) => [at ? ", " : "",
      link(`${data.conventions}#convention-${key}`, key.replaceAll("_", " "))]);
    return lineOf("Conventions", ...links);
  }

  function waysOn(href, code, words) {
    const notebook = link(code, "Its code, in the notebook");
    if (!code.startsWith("https://")) notebook.download = "";
    return make("p", { className: "card-ways" }, link(href, words), notebook);
  }

  function aboutNumber(href, from) {
    const number = entry("numbers", href);
    const now = current(href, from);
    const note = now.moved ? make("p", { className: "card-moved" },
      "Under the assumptions chosen above. Published: ", make("strong", {}, number.text),
      ", which is what the lines below are about.") : null;
    return [
      make("p", { id: "card-name", className: "card-name" }, now.name),
      make("p", { id: "card-value", className: "card-value" }, now.text),
      note,
      make("dl", {}, ...lineOf("How", number.how || "as printed"), ...conventionsOf(number),
        ...lineOf("Grade", number.grade), ...rowsOf(number, href)),
      waysOn(href, number.code, "Its line in the table"),
    ];
  }

  function aboutClaim(href, from) {
    const claim = entry("claims", href);
    const row = document.getElementById(href.split("#")[1]);
    const onPage = href.startsWith("#") && row;
    const tested = onPage ? row.cells[1].textContent : claim.tested;
    const state = onPage ? row.cells[2].textContent : claim.state;
    const items = claim.on.map((key) => {
      const now = current(key, null);
      return make("li", {}, `${now.name}: `, link(key, now.text),
        now.moved ? ` (published: ${entry("numbers", key).text})` : "");
    });
    return [
      make("p", { id: "card-name", className: "card-name" }, "What this conclusion rests on"),
      make("p", { id: "card-value", className: "card-value" }, from.textContent),
      make("dl", {}, ...lineOf("Tested", tested), ...lineOf("Result", state)),
      items.length ? make("ul", {}, ...items) : make("p", {}, "On no number of its page."),
      waysOn(href, claim.code, "Its line in the table"),
    ];
  }

  function aboutTerm(href) {
    const [name, definition] = entry("terms", href);
    return [
      make("p", { id: "card-name", className: "card-name" }, name),
      make("p", { id: "card-value" }, definition),
      make("p", { className: "card-ways" }, link(href, "Glossary")),
    ];
  }

  function about(from) {
    const href = from.getAttribute("href");
    if (entry("numbers", href)) return aboutNumber(href, from);
    return entry("claims", href) ? aboutClaim(href, from) : aboutTerm(href);
  }

  /* ---- Where it stands, and when ---- */

  /* Below the link, or above where there is more room; never over the edge of the window. */
  function place() {
    const at = anchor.getClientRects()[0] || anchor.getBoundingClientRect();
    const { clientWidth, clientHeight } = document.documentElement;
    const below = clientHeight - at.bottom - GAP - EDGE;
    const above = at.top - GAP - EDGE;
    card.style.maxHeight = "";
    const under = card.offsetHeight <= below || below >= above;
    card.style.maxHeight = `${Math.max(under ? below : above, 0)}px`;
    const left = Math.max(EDGE, Math.min(at.left, clientWidth - card.offsetWidth - EDGE));
    const top = under ? at.bottom + GAP : at.top - GAP - card.offsetHeight;
    card.style.left = `${left + window.scrollX}px`;
    card.style.top = `${top + window.scrollY}px`;
  }

  function open(from) {
    window.clearTimeout(timer);
    if (anchor === from) return;
    close();
    anchor = from;
    title = from.getAttribute("title");
    from.removeAttribute("title");
    card.replaceChildren(...about(from).filter((part) => part !== null));
    // Behind its link, so that the next press of Tab is in the card.
    from.after(card);
    card.showPopover();
    from.setAttribute("aria-expanded", "true");
    from.setAttribute("aria-controls", "card");
    from.setAttribute("aria-describedby", "card-value");
    place();
    card.scrollTop = 0;
  }

  function close() {
    window.clearTimeout(timer);
    if (!anchor) return;
    for (const name of ["aria-expanded", "aria-controls", "aria-describedby"]) {
      anchor.removeAttribute(name);
    }
    if (title !== null) anchor.setAttribute("title", title);
    card.remove();
    anchor = null;
  }

  const later = (action, wait) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(action, wait);
  };
  const focused = () => card.contains(document.activeElement)
    || (anchor !== null && anchor === document.activeElement && anchor.matches(":focus-visible"));

  /* Return the link with a card that an event is about; links in the card have none. */
  function linkAt(target) {
    const found = target instanceof Element && !card.contains(target) && target.closest("a[href]");
    return found && found.closest("article") && has(found.getAttribute("href")) ? found : null;
  }

  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch" || focused()) return;
    const from = linkAt(event.target);
    if (from === anchor || card.contains(event.target)) window.clearTimeout(timer);
    if (from && from !== anchor) later(() => open(from), OPEN_AFTER);
    else if (!from && !card.contains(event.target)) later(close, CLOSE_AFTER);
  });
  document.documentElement.addEventListener("pointerleave", () => {
    if (!focused()) later(close, CLOSE_AFTER);
  });
  document.addEventListener("focusin", (event) => {
    if (card.contains(event.target)) return;
    const from = linkAt(event.target);
    if (from !== dismissed) dismissed = null;
    if (from && !dismissed && from.matches(":focus-visible") && pointer !== "touch") open(from);
    else if (from !== anchor) close();
  });
  document.addEventListener("keydown", (event) => {
    pointer = "keyboard";
    if (event.key !== "Escape" || !anchor) return;
    event.stopPropagation();
    dismissed = anchor;
    if (card.contains(document.activeElement)) anchor.focus();
    close();
  }, true);
  document.addEventListener("pointerdown", (event) => {
    pointer = event.pointerType;
    if (!card.contains(event.target) && linkAt(event.target) !== anchor) close();
  }, true);
  document.addEventListener("click", (event) => {
    const from = linkAt(event.target);
    if (from && pointer === "touch") {
      event.preventDefault();
      if (from === anchor) close();
      else open(from);
    } else if (from || (card.contains(event.target) && event.target.closest("a"))) {
      window.setTimeout(close);
    }
  });
  // The menus put other texts in place; a card must not outlive what it is about.
  document.addEventListener("change", close, true);
  window.addEventListener("resize", close);
  window.addEventListener("beforeprint", close);
})();

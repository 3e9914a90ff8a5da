/* The panel of the live book: parameters of this page, run by the server when they change.
   The page that comes back was rendered as the book is; what differs is put in place, node by node,
   and marked, so that whatever other scripts have made of the page stays. */
"use strict";
(function () {
  const script = document.currentScript;
  const { page, own } = script.dataset;
  const root = ["main article", "[role=main] article", "main", "[role=main]"]
    .map((selector) => document.querySelector(selector)).find(Boolean);
  if (!root) return;

  const make = (tag, attributes, ...children) => {
    const element = Object.assign(document.createElement(tag), attributes || {});
    element.append(...children);
    return element;
  };

  /* ---- The page: as it was published, and as a run shows it ---- */

  // Other scripts change the page from now on; this is what the next page is compared with.
  const published = root.cloneNode(true);
  const living = new Map(); // node of `published` -> node of the page
  (function follow(before, now) {
    living.set(before, now);
    before.childNodes.forEach((child, place) => follow(child, now.childNodes[place]));
  })(published, root);
  let undo = [];

  function restore() {
    for (const back of undo.reverse()) back();
    undo = [];
    document.body.classList.remove("switched");
  }

  const named = (node) => node.nodeType === Node.ELEMENT_NODE
    ? `${node.nodeName}#${node.id}.${node.id ? "" : node.className}` : node.nodeName;

  function mark(element, before) {
    if (!element || element.classList.contains("moved")) return;
    element.classList.add("moved");
    element.dataset.published = before;
    undo.push(() => { element.classList.remove("moved"); delete element.dataset.published; });
  }

  function setText(before, text) {
    const node = living.get(before);
    const old = before.data;
    mark(node.parentElement, before.parentElement.textContent);
    node.data = text;
    undo.push(() => { node.data = old; });
  }

  function setAttribute(before, name, value) {
    const element = living.get(before);
    const old = before.getAttribute(name);
    const set = (text) => text === null ? element.removeAttribute(name)
      : element.setAttribute(name, text);
    set(value);
    if (name === "src") mark(element.closest("figure") || element, "another picture");
    undo.push(() => set(old));
  }

  /* Take a node from the page, and remember where it stood. */
  function remove(before) {
    const node = living.get(before);
    const place = document.createComment("");
    if (node.parentNode) node.replaceWith(place);
    undo.push(() => { if (place.parentNode) place.replaceWith(node); });
    living.set(before, place);
    undo.push(() => living.set(before, node));
    return place;
  }

  function insert(node, after, parent) {
    const added = document.importNode(node, true);
    if (after) after.after(added);
    else parent.prepend(added);
    if (added.nodeType === Node.ELEMENT_NODE) added.classList.add("moved");
    undo.push(() => added.remove());
    return added;
  }

  /* Pairs of the longest list of children that both have, in order; a missing one is null. */
  function aligned(before, next) {
    const lengths = Array.from({ length: before.length + 1 },
      () => new Uint16Array(next.length + 1));
    const names = [before.map(named), next.map(named)];
    for (let i = before.length - 1; i >= 0; i -= 1) {
      for (let j = next.length - 1; j >= 0; j -= 1) {
        lengths[i][j] = names[0][i] === names[1][j] ? lengths[i + 1][j + 1] + 1
          : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
      }
    }
    const pairs = [];
    let i = 0;
    let j = 0;
    while (i < before.length || j < next.length) {
      if (i < before.length && j < next.length && names[0][i] === names[1][j]) {
        pairs.push([before[i++], next[j++]]);
      } else if (j >= next.length
        || (i < before.length && lengths[i + 1][j] >= lengths[i][j + 1])) {
        pairs.push([before[i++], null]);
      } else {
        pairs.push([null, next[j++]]);
      }
    }
    return pairs;
  }

  function change(before, next) {
    if (before.isEqualNode(next)) return;
    if (before.nodeType === Node.TEXT_NODE) {
      if (before.data !== next.data) setText(before, next.data);
      return;
    }
    if (before.nodeType !== Node.ELEMENT_NODE) return;
    const names = new Set([...before.getAttributeNames(), ...next.getAttributeNames()]);
    for (const name of names) {
      const value = next.getAttribute(name);
      if (before.getAttribute(name) !== value) setAttribute(before, name, value);
    }
    let last = null;
    for (const [one, other] of aligned([...before.childNodes], [...next.childNodes])) {
      if (one && other) change(one, other);
      if (one) last = other ? living.get(one) : remove(one);
      else last = insert(other, last, living.get(before));
    }
  }

  function showPage(html) {
    const next = new DOMParser().parseFromString(html, "text/html");
    const selector = root.nodeName === "ARTICLE" ? "article" : "main, [role=main]";
    restore();
    change(published, next.querySelector(selector));
    document.body.classList.add("switched");
  }

  /* ---- The address: what is asked for ---- */

  function asked(search) {
    const found = {};
    for (const [name, text] of new URLSearchParams(search)) {
      if (name.startsWith("set.")) found[name.slice(4)] = text;
    }
    return found;
  }

  function search(set, compared) {
    const query = new URLSearchParams(Object.entries(set).map(([n, text]) => [`set.${n}`, text]));
    if (compared !== null) query.set("compare", compared);
    return query.toString();
  }

  const here = () => ({
    set: asked(location.search),
    // The query of the other run; "" is the published page.
    compared: new URLSearchParams(location.search).get("compare"),
  });

  function go(set, compared = here().compared) {
    const query = search(set, compared);
    const address = `${location.pathname}${query ? `?${query}` : ""}${location.hash}`;
    if (address !== `${location.pathname}${location.search}${location.hash}`) {
      history.pushState(null, "", address);
    }
    show();
  }

  /* ---- The panel ---- */

  const status = make("p", { className: "live-status" });
  status.setAttribute("role", "status");
  const alert = make("div", { className: "live-alert", hidden: true });
  alert.setAttribute("role", "alert");
  const progress = make("progress", { hidden: true });
  progress.setAttribute("aria-label", "Cells of this page that have run");
  const report = make("div", { className: "live-report rerun-report" });
  const moves = make("details", { className: "live-moves", open: true, hidden: true },
    make("summary", { textContent: "What moved" }), report);
  const kept = make("p", { className: "live-kept" });
  const command = make("p", { className: "live-command" });
  const form = make("form", { className: "live-form", autocomplete: "off", noValidate: true });
  const button = (words, action) => {
    const element = make("button", { type: "button", textContent: words, hidden: true });
    element.addEventListener("click", action);
    return element;
  };
  const buttons = {
    cancel: button("Cancel", () => cancel()),
    reset: button("Published values", () => go({})),
    keep: button("Keep this run", () => keep()),
    compare: button("Compare with this run", () => go(here().set, search(here().set, null))),
    apart: button("Stop comparing", () => go(here().set, null)),
  };
  const close = make("button", { type: "button", className: "live-close", textContent: "Close" });
  const heading = make("h2", { id: "live-heading", textContent: "Assumptions of this page" });
  const panel = make("aside", { id: "live-panel", hidden: true },
    make("div", { className: "live-head" }, heading, close),
    status, progress, alert, make("div", { className: "live-buttons" }, ...Object.values(buttons)),
    kept, command, moves, form);
  panel.setAttribute("aria-labelledby", heading.id);
  const opener = make("button", {
    type: "button", id: "live-open", textContent: "Change assumptions", hidden: true,
  });
  opener.setAttribute("aria-controls", panel.id);
  const notice = make("div", { id: "live-notice", hidden: true });
  notice.setAttribute("role", "alert");
  document.body.append(opener, panel, notice);

  function open(wanted, focus) {
    panel.hidden = !wanted;
    opener.setAttribute("aria-expanded", String(wanted));
    document.body.classList.toggle("live-opened", wanted);
    if (focus) (wanted ? heading : opener).focus();
  }
  heading.tabIndex = -1;
  opener.addEventListener("click", () => open(panel.hidden, true));
  close.addEventListener("click", () => open(false, true));
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") open(false, true);
  });

  const fields = new Map(); // name -> what its control is made of

  function control(field) {
    if (field.kind === "choice") {
      return make("select", {}, ...field.choices.map(([value, words]) => make("option", {
        value, textContent: value === field.default ? `${words} (published)` : words,
      })));
    }
    const input = make("input", { type: field.kind === "text" ? "text" : "number" });
    if (field.kind !== "text") {
      input.step = field.kind === "whole" ? 1 : "any";
      if ("min" in field) input.min = field.min;
      if ("max" in field) input.max = field.max;
    }
    return input;
  }

  function line(field) {
    const id = `live-${field.name}`;
    const input = Object.assign(control(field), { id, name: field.name });
    const message = make("p", { id: `${id}-message`, className: "live-message", hidden: true });
    const known = field.known ? ` In the data: ${field.known.join(", ")}.` : "";
    const unit = field.unit && field.label ? `, ${field.unit}` : "";
    const hint = make("p", { id: `${id}-hint`, className: "live-hint" },
      make("code", { textContent: field.name }),
      `: ${field.allowed}${unit}; published ${field.default}.${known}`);
    const back = make("button", { type: "button", textContent: "Reset", hidden: true });
    back.setAttribute("aria-label", `Reset ${field.label || field.name}`);
    input.setAttribute("aria-describedby", `${hint.id} ${message.id}`);
    back.addEventListener("click", () => { set(field.name, field.default); input.focus(); });
    let timer = 0;
    input.addEventListener("change", () => {
      clearTimeout(timer);
      // A spinner is pressed several times.
      timer = setTimeout(() => set(field.name, input.value), field.kind === "choice" ? 0 : 150);
    });
    fields.set(field.name, { ...field, input, message, back });
    const label = make("label", { htmlFor: id, textContent: field.label || field.meaning });
    return make("div", { className: "live-field" }, label,
      make("div", { className: "live-control" }, input, back),
      ...(field.label ? [make("p", { className: "live-hint", textContent: field.meaning })] : []),
      hint, message);
  }

  function set(name, text) {
    const { [name]: _, ...others } = here().set;
    go(text === fields.get(name).default ? others : { ...others, [name]: text });
  }

  function fill(asked) {
    for (const [name, field] of fields) {
      const text = name in asked ? asked[name] : field.default;
      if (field.input.value !== text) field.input.value = text;
      // A text that is no choice, or no number, is kept in the address and refused by the server.
      field.back.hidden = !(name in asked);
      if (name in asked) field.input.closest("details").open = true;
    }
  }

  /* ---- Running ---- */

  let running = null; // what ends the run that is under way
  let good = ""; // query of the run that the page shows

  function say(problems, error) {
    for (const field of fields.values()) {
      field.message.hidden = true;
      field.input.removeAttribute("aria-invalid");
    }
    const others = [];
    for (const text of problems) {
      const field = fields.get(text.split(":")[0]);
      if (field) {
        field.message.textContent = text;
        field.message.hidden = false;
        field.input.setAttribute("aria-invalid", "true");
        field.input.closest("details").open = true;
      } else {
        others.push(text);
      }
    }
    if (error) others.push(error);
    alert.replaceChildren(...others.map((text) => make("p", { textContent: text })));
    alert.hidden = !others.length;
  }

  function busy(words) {
    progress.hidden = buttons.cancel.hidden = !words;
    if (words) {
      progress.removeAttribute("value");
      status.textContent = words;
    }
    root.setAttribute("aria-busy", String(Boolean(words)));
  }

  function cancel() {
    if (running) running.abort();
    running = null;
    history.replaceState(null, "", `${location.pathname}${good}${location.hash}`);
    busy("");
    fill(here().set);
    say([], "");
    status.textContent = "Cancelled; the page shows what it showed before.";
  }

  function settle(answer) {
    good = location.search;
    const set = here().set;
    const moved = Boolean(answer);
    Object.entries({ reset: moved, keep: moved, compare: moved && here().compared === null,
      apart: here().compared !== null }).forEach(([name, shown]) => {
      buttons[name].hidden = !shown;
    });
    kept.textContent = "";
    command.replaceChildren();
    report.replaceChildren();
    moves.hidden = !moved;
    if (!moved) {
      status.textContent = "The published page: every parameter at its default.";
      return;
    }
    const against = here().compared === null ? "" : `, compared with ${here().compared
      ? Object.entries(asked(here().compared)).map((pair) => pair.join(" = ")).join(", ")
      : "the published page"}`;
    status.textContent = `Not the published page: ${answer.words}${against}. `
      + `${answer.moved} of ${answer.numbers} numbers moved, ${answer.flipped} `
      + `${answer.flipped === 1 ? "conclusion" : "conclusions"} changed. `
      + "Sentences outside of conclusions were written for the published values.";
    command.append("The same as a run: ", make("code", { textContent: answer.command }));
    // Made by the server, which escapes every text in it.
    report.innerHTML = answer.report;
  }

  let data = ""; // name of the folder of other tables

  async function show() {
    if (running) running.abort();
    const { set: wanted, compared } = here();
    fill(wanted);
    if (!Object.keys(wanted).length && compared === null && !data) {
      running = null;
      busy("");
      say([], "");
      restore();
      settle(null);
      return;
    }
    const mine = new AbortController();
    running = mine;
    busy("Running this page \u2026");
    try {
      const runs = compared === null ? [wanted] : [asked(compared), wanted];
      const response = await post("run", { page, runs }, mine.signal);
      for await (const answer of lines(response)) {
        if (running !== mine) return;
        if ("cell" in answer) {
          progress.max = answer.of;
          progress.value = answer.cell;
          continue;
        }
        running = null;
        busy("");
        say(answer.problems || [], answer.error || "");
        if (answer.html) {
          showPage(answer.html);
          settle(answer);
        } else {
          status.textContent = "Not run: the page shows what it showed before.";
        }
      }
    } catch (error) {
      if (running !== mine) return;
      running = null;
      busy("");
      say([], `The server did not answer (${error.message}); the page stays as it is.`);
      status.textContent = "";
    }
  }

  async function post(name, content, signal) {
    const response = await fetch(`${own}/${name}`, {
      method: "POST", signal, headers: { "Content-Type": "application/json" },
      body: JSON.stringify(content),
    });
    if (!response.ok) throw new Error(await response.text());
    return response;
  }

  async function* lines(response) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const parts = (rest + value).split("\n");
      rest = parts.pop();
      for (const part of parts) yield JSON.parse(part);
    }
  }

  async function keep() {
    const wanted = here().set;
    buttons.keep.disabled = true;
    kept.textContent = "Making the variant, with its page and its report \u2026";
    try {
      const made = await (await post("keep", { page, set: wanted })).json();
      kept.textContent = made.made ? `Kept: ${made.made}` : made.said.join(" ");
    } catch (error) {
      kept.textContent = `Not kept: ${error.message}`;
    }
    buttons.keep.disabled = false;
  }

  /* ---- Edits ---- */

  function listen() {
    let edition = null;
    const news = new EventSource(`${own}/news?page=${encodeURIComponent(page)}`);
    const note = (texts) => {
      notice.replaceChildren(...texts.map((text) => make("p", { textContent: text })));
      notice.hidden = !texts.length;
    };
    news.onmessage = (event) => {
      const told = JSON.parse(event.data);
      const path = decodeURIComponent(location.pathname);
      const mine = (told.changed || []).some((name) => path.endsWith(`/${name}`)
        || name.startsWith("_static/") || name === "data");
      // Whoever was away while an edit came has missed which pages it changed.
      const missed = edition !== null && !("changed" in told) && told.edition > edition
        && !told.doing;
      edition = told.edition;
      if (mine || missed) location.reload();
      else if (told.doing) note([`Rebuilding: ${told.doing}`]);
      else note(told.problems || []);
    };
    news.onerror = () => note(["The server of this page does not answer; the page stays as it is."]);
    window.addEventListener("pagehide", () => news.close());
  }

  async function begin() {
    listen();
    if (!page) return;
    const answer = await (await fetch(`${own}/panel?page=${encodeURIComponent(page)}`)).json();
    data = answer.data || "";
    if (!answer.groups || !answer.groups.length) return;
    answer.groups.forEach((group, place) => form.append(make("details", { open: place === 0 },
      make("summary", { textContent: group.title }), ...group.fields.map(line))));
    opener.hidden = false;
    open(Boolean(location.search), false);
    show();
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("popstate", show);
  begin();
})();

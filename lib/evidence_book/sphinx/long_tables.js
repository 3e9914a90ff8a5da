/* Long tables sort, search and download themselves, by DataTables. Each is shown as a copy; the
   table of the page stays as it was written, for the menus of the page (switch.js) change that. */
"use strict";
(function () {
  const DataTable = window.evidenceDataTables && window.evidenceDataTables.default;
  const longAfter = Number(document.currentScript.dataset.rows);
  if (!DataTable) return;
  const shown = []; // { original, region, tools, api }

  /* ---- Order by value, what is missing last in both directions ---- */

  const MISSING = /^(not\s|none\b|\[withheld|$)/i;
  const FRACTION = /^(\d+)\s*\/\s*(\d+)/;
  const NUMBER = /^(?:P\s*)?([<>=\u2264\u2265~]?)\s*([\u2212+-]?(?:\d[\d,]*\.?\d*|\.\d+))(?![\w-]*-\w)/;

  /* Return the number a cell begins with; a fraction as per cent, null where there is none. */
  function valueOf(text) {
    const part = FRACTION.exec(text);
    if (part) return (100 * Number(part[1])) / Number(part[2]);
    const found = NUMBER.exec(text);
    if (!found) return null;
    const value = Number(found[2].replace("\u2212", "-").replaceAll(",", ""));
    // A bound stands just beyond the number that it names.
    const beyond = { "<": -1, ">": 1 }[found[1]] || 0;
    return value + beyond * 1e-9 * Math.max(Math.abs(value), 1e-9);
  }

  const textOf = (cell) => cell.textContent.replace(/\s+/g, " ").trim();

  /* Give each cell what it is ordered by; return the types of the columns. */
  function prepare(table) {
    const rows = Array.from(table.tBodies[0].rows);
    return Array.from(table.tHead.rows[0].cells, (_, column) => {
      const cells = rows.map((row) => row.cells[column]);
      const texts = cells.map(textOf);
      const values = texts.map((text) => (MISSING.test(text) ? null : valueOf(text)));
      const present = texts.filter((text) => !MISSING.test(text)).length;
      const numeric = values.filter((value) => value !== null).length * 2 > present;
      cells.forEach((cell, at) => {
        const text = MISSING.test(texts[at]) ? "" : texts[at];
        cell.dataset.order = numeric ? String(values[at] ?? "") : text;
      });
      return { type: numeric ? "evidence-value" : "evidence-text" };
    });
  }

  const words = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  for (const [type, compare] of [
    ["evidence-value", (a, b) => Number(a) - Number(b)],
    ["evidence-text", words.compare],
  ]) {
    const missingLast = (sign) => (a, b) => (a === "" || b === ""
      ? Number(a === "") - Number(b === "") : sign * compare(a, b));
    DataTable.ext.type.order[`${type}-pre`] = (key) => String(key);
    DataTable.ext.type.order[`${type}-asc`] = missingLast(1);
    DataTable.ext.type.order[`${type}-desc`] = missingLast(-1);
  }

  /* ---- Download ---- */

  /* A spreadsheet runs what begins like a formula; a number that does is one all the same. */
  function safe(text) {
    const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s?%?$/i.test(text);
    return /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(text) && !number ? `'${text}` : text;
  }

  function nameOf(table) {
    const page = location.pathname.split("/").pop().replace(/\.html$/, "");
    const caption = table.caption ? table.caption.textContent : "table";
    const slug = caption.toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 40);
    return `${page}-${slug.replace(/^-|-$/g, "")}`;
  }

  const titleOf = (head) => safe(textOf(head.querySelector(".dt-column-title") || head));

  function csvButton(table) {
    return {
      extend: "csv",
      text: "CSV",
      titleAttr: "Download this table as CSV",
      filename: nameOf(table),
      bom: true,
      footer: false,
      exportOptions: {
        modifier: { search: "none" },
        format: {
          header: (html, column, head) => titleOf(head),
          body: (html, row, column, cell) => safe(textOf(cell)),
        },
      },
    };
  }

  /* ---- Showing ---- */

  const isLong = (table) => table.tHead && table.tBodies.length === 1
    && table.tBodies[0].rows.length > longAfter && !DataTable.isDataTable(table);
  // Under other assumptions the menus fill these tables; they are shown as they were filled.
  const isFilled = (table) => document.body.classList.contains("switched")
    && table.closest('[id^="table-"]');

  function show(original, before) {
    const table = original.cloneNode(true);
    const columns = prepare(table);
    original.replaceWith(table);
    const name = table.caption ? table.caption.textContent : "this table";
    const api = new DataTable(table, {
      paging: false,
      autoWidth: false,
      order: before ? before.order : [],
      search: { search: before ? before.search : "" },
      columns,
      layout: {
        topStart: { search: { text: "Search this table: _INPUT_", placeholder: "" } },
        topEnd: { info: {}, buttons: [csvButton(table)] },
        bottomStart: null,
        bottomEnd: null,
      },
      language: {
        info: "_TOTAL_ rows",
        infoEmpty: "No row",
        infoFiltered: "of _MAX_",
        zeroRecords: "No row has these words.",
      },
    });
    const container = api.table().container();
    const region = container.closest(".evidence-table");
    const tools = container.querySelector(".dt-layout-row:not(.dt-layout-table)");
    tools.classList.add("table-tools");
    tools.querySelector("input").setAttribute("aria-label", `Search this table: ${name}`);
    // Beside the part that scrolls sideways, so that a phone shows them whole.
    (region || container).before(tools);
    shown.push({ original, container, tools, api });
  }

  function showAll(before = new Map()) {
    for (const table of document.querySelectorAll("article table")) {
      if (isLong(table) && !isFilled(table)) show(table, before.get(table));
    }
  }

  /* Put the tables of the page back; return what they were sorted and searched by. */
  function putBack() {
    const before = new Map();
    for (const { original, container, tools, api } of shown.splice(0)) {
      before.set(original, { order: api.order(), search: api.search() });
      container.replaceWith(original);
      tools.remove();
      api.destroy();
    }
    return before;
  }

  /* Return the id that a fragment names; one with a lone % names none. */
  function idOf(hash) {
    try {
      return decodeURIComponent(hash.slice(1));
    } catch {
      return "";
    }
  }

  /* A link to a row that a search has hidden ends the search. */
  function reveal(hash) {
    const id = idOf(hash);
    if (!id || document.getElementById(id)) return false;
    for (const { api, tools } of shown) {
      api.search("").draw();
      // DataTables leaves a field alone that still has the focus.
      tools.querySelector("input").value = "";
    }
    return document.getElementById(id) !== null;
  }

  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest('a[href^="#"]');
    if (link) reveal(link.hash);
  }, true);
  window.addEventListener("hashchange", () => {
    if (reveal(location.hash)) location.replace(location.hash);
  });

  // The menus change the tables of the page, not their copies.
  function aroundMenus(event) {
    if (!event.target.closest("#switch")) return;
    const before = putBack();
    window.setTimeout(() => showAll(before));
  }
  document.addEventListener("change", aroundMenus, true);
  document.addEventListener("click", (event) => {
    if (event.target.closest("#switch button")) aroundMenus(event);
  }, true);

  // Paper gets every row, in the order of the page.
  let printed = null;
  window.addEventListener("beforeprint", () => { printed = printed || putBack(); });
  window.addEventListener("afterprint", () => {
    if (printed) showAll(printed);
    printed = null;
  });

  showAll();
  // The row that the address names was replaced by its copy, and tools moved what it led to.
  const target = location.hash.length > 1
    && document.getElementById(idOf(location.hash));
  if (target && shown.length) {
    location.replace(location.hash);
    target.scrollIntoView({ behavior: "instant" });
  }
})();

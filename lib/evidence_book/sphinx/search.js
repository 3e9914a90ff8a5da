/* The search of a book that is opened from a disk: excerpts come from search_texts.js, for a browser
   reads no other page there. Questions come first, and no page twice under one title. */
"use strict";
(function () {
  const texts = window.evidenceTexts || {};
  const root = document.documentElement.dataset.content_root || "./";
  const suffix = DOCUMENTATION_OPTIONS.FILE_SUFFIX;

  /* Sphinx asks for each page found and cuts its excerpt out of it. */
  window.fetch = (address) => {
    const name = String(address).slice(root.length, -suffix.length);
    return Promise.resolve({ text: () => Promise.resolve(texts[name] || "") });
  };
  Search.htmlToText = (text) => text;

  const FIRST = 1000;
  Scorer.score = ([name, , , , score]) =>
    score + (name.startsWith("chapters/questions/") ? FIRST : 0);

  /* Sphinx knows words and drops numbers; a decimal is looked for in the texts. */
  const DECIMAL = /(?<![\d.])\d*\.\d+(?!\.?\d)/g;
  const prints = (name, decimal) =>
    new RegExp(`(?<![\\d.])${decimal.replace(".", "\\.")}(?!\\.?\\d)`).test(texts[name] || "");
  const pages = () => {
    const { docnames, titles, filenames } = Search._index;
    const found = docnames.map((name, place) => [name, titles[place], "", null, 0, filenames[place]]);
    found.forEach((page) => { page[4] = Scorer.score(page); });
    return found.sort(_orderResultsByScoreThenName);
  };

  /* Of two pages that have all words, the one first in which the rarest of them is more frequent. */
  function density(name, terms) {
    const text = (texts[name] || "").toLowerCase();
    const counts = Array.from(terms, (term) => text.split(term).length - 1);
    return counts.length && text.length ? Math.min(...counts) / text.length : 0;
  }

  let shown = [];
  const perform = Search._performSearch;
  Search._performSearch = (query, terms, ...given) => {
    const decimals = query.match(DECIMAL) || [];
    const printsAll = ([page]) => decimals.every((decimal) => prints(page, decimal));
    let found = perform(query, terms, ...given).filter(printsAll);
    if (decimals.length && !found.length) found = pages().filter(printsAll);
    // Excerpts begin at the last term that a page has.
    decimals.forEach((decimal) => terms.add(decimal));
    // A function of the library has a description in the place of an excerpt: pages come instead.
    const described = ([, , , words]) => /^Python /.test(words || "");
    if (!found.every(described)) found = found.filter((one) => !described(one));
    // A thousandth of the letters is much; what Sphinx gives to a title is 15.
    const MUCH = 100_000;
    const named = ([, title, anchor]) =>
      !anchor && title.toLowerCase().startsWith(query.trim().toLowerCase());
    found.forEach((one) => {
      one[4] += MUCH * density(one[0], terms) + (named(one) ? 2 * FIRST : 0);
    });
    found.sort(_orderResultsByScoreThenName);
    const seen = new Set();
    // What is shown first stands last; Sphinx takes one after the other from this very list.
    shown = found.reverse().filter(([name, title]) => {
      const key = JSON.stringify([name, title]);
      return !seen.has(key) && seen.add(key);
    }).reverse();
    return shown;
  };

  /* Results while a reader types. */
  const field = document.querySelector(".find-here input");
  field.value = new URLSearchParams(location.search).get("q") || "";
  field.focus();
  field.addEventListener("input", () => {
    // The list of the words before ends, wherever it is.
    shown.length = 0;
    const query = field.value.trim();
    history.replaceState(null, "", query ? `?q=${encodeURIComponent(query)}` : location.pathname);
    document.getElementById("search-results").replaceChildren();
    if (query) Search.performSearch(query);
  });
})();

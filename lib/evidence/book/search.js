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

  const perform = Search._performSearch;
  Search._performSearch = (...given) => {
    const seen = new Set();
    // What is shown first stands last.
    return perform(...given).reverse().filter(([name, title]) => {
      const key = JSON.stringify([name, title]);
      return !seen.has(key) && seen.add(key);
    }).reverse();
  };
})();

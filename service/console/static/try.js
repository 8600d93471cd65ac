// Marks problems in the file while somebody types. Without it, the Check button does the same.
"use strict";
(() => {
  const form = document.getElementById("try");
  const text = document.getElementById("text");
  const marks = document.getElementById("marks");
  const own = document.getElementById("own");

  function part(tag, words, className) {
    const made = document.createElement(tag);
    made.textContent = words;
    if (className) made.className = className;
    return made;
  }

  function place(mark) {
    const where = mark.where.charAt(0).toUpperCase() + mark.where.slice(1);
    if (!mark.line) return document.createTextNode(where);
    const link = part("a", where);
    link.href = "#text";
    Object.assign(link.dataset, { line: mark.line, column: mark.column, length: mark.length });
    return link;
  }

  function item(mark) {
    const word = mark.is_error ? "error" : "warning";
    const shown = part("li", "", word);
    const line = part("p", "");
    line.append(part("span", word, "tag"), " ", place(mark), ": " + mark.message);
    shown.append(line);
    if (mark.suggestion) shown.append(part("p", mark.suggestion, "soft"));
    return shown;
  }

  const { check, soon } = checkingOf(form, item, () => {}, "It cannot be checked just now. Use the Check button.");

  // A mark's link puts the cursor where the mark is.
  marks.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-line]");
    if (!link) return;
    event.preventDefault();
    const { line, column, length } = link.dataset;
    const before = text.value.split("\n").slice(0, Number(line) - 1);
    const start = before.reduce((sum, each) => sum + each.length + 1, 0) + Number(column) - 1;
    text.focus();
    text.setSelectionRange(start, start + Number(length));
    text.scrollTop = (Number(line) - 4) * parseFloat(getComputedStyle(text).lineHeight);
  });

  document.getElementById("picker").hidden = false;
  own.addEventListener("change", async () => {
    if (!own.files.length) return;
    text.value = await own.files[0].text();
    document.getElementById("path").value = "rules/" + own.files[0].name.toLowerCase().replace(/\.yml$/, ".yaml");
    check();
  });
  text.addEventListener("input", soon);
  document.getElementById("path").addEventListener("input", soon);
  if (text.value.trim()) check();
})();

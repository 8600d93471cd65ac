// Checks the words while somebody types, and hides them where a message of the pack is chosen. Without it, "See who gets
// it" says the same.
"use strict";
(() => {
  const form = document.getElementById("write");
  const own = document.getElementById("own");
  const marks = document.getElementById("marks");
  const said = document.getElementById("said");
  const reads = document.getElementById("reads");
  const preview = document.getElementById("preview");
  const PAUSE_MS = 400;
  let timer = 0;
  let asked = 0;

  function item(mark) {
    const shown = document.createElement("li");
    const line = document.createElement("p");
    const tag = document.createElement("span");
    shown.className = mark.is_error ? "error" : "warning";
    tag.className = "tag";
    tag.textContent = mark.is_error ? "to mend" : "to think about";
    line.append(tag, " " + mark.text);
    shown.append(line);
    return shown;
  }

  async function check() {
    const mine = ++asked;
    try {
      const answer = await fetch(form.dataset.check, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      const told = await answer.json();
      if (mine !== asked) return;
      marks.replaceChildren(...told.marks.map(item));
      preview.textContent = told.preview;
      reads.hidden = !told.preview;
      const words = told.marks.length ? `${told.marks.length} to look at.` : "Nothing is wrong with it.";
      if (said.textContent !== words) said.textContent = words;
    } catch {
      if (mine === asked) said.textContent = "It cannot be checked just now; it is when you go on.";
    }
  }

  function choose() {
    const chosen = form.querySelector("input[name=message]:checked");
    own.hidden = !!chosen && chosen.dataset.own !== "yes";
    if (own.hidden) {
      marks.replaceChildren();
      said.textContent = "";
      reads.hidden = true;
    }
  }

  form.addEventListener("input", (event) => {
    if (event.target.name === "message") choose();
    if (event.target.id !== "heading" && event.target.id !== "text") return;
    clearTimeout(timer);
    timer = setTimeout(check, PAUSE_MS);
  });
  choose();
})();

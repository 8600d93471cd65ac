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

  function show(answer) {
    preview.textContent = answer.preview;
    reads.hidden = !answer.preview;
  }

  const { check, soon } = checkingOf(form, item, show, "It cannot be checked just now; it is when you go on.");

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
    soon();
  });
  choose();
  // Somebody may have typed before this ran, or come back to what they typed.
  if (!own.hidden && (form.elements.heading.value.trim() || form.elements.text.value.trim())) check();
})();

// Has a form checked while somebody types, and shows what there is to mark. Only the newest answer counts.
"use strict";
const checkingOf = (form, item, also, instead) => {
  const marks = document.getElementById("marks");
  const said = document.getElementById("said");
  const PAUSE_MS = 400;
  let timer = 0;
  let asked = 0;

  function tell(answer) {
    marks.replaceChildren(...answer.marks.map(item));
    const number = answer.marks.length;
    const words = answer.fault || (number ? `${number} to look at.` : "Nothing is wrong with it.");
    if (said.textContent !== words) said.textContent = words;
    also(answer);
  }

  async function check() {
    const mine = ++asked;
    try {
      const answer = await fetch(form.dataset.check, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      const told = await answer.json();
      if (mine === asked) tell(told);
    } catch {
      if (mine === asked) said.textContent = instead;
    }
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(check, PAUSE_MS);
  }

  return { check, soon };
};

// Small conveniences. Every page works without this file.
"use strict";

// Counts characters (code points, as the server does) while one types.
for (const area of document.querySelectorAll("textarea[data-limit]")) {
  const count = document.getElementById(area.id + "-count");
  const limit = Number(area.dataset.limit);
  const show = () => {
    const length = [...area.value].length;
    count.textContent = `${length} of ${limit} characters`;
    count.classList.toggle("full", length >= limit);
  };
  area.addEventListener("input", show);
  show();
}

// Copies a text or the page's address; says so on the button itself.
function offer(button, content) {
  if (!navigator.clipboard) return;
  const label = button.textContent;
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(content());
      button.textContent = "Copied";
    } catch {
      button.textContent = "The browser refused";
    }
    setTimeout(() => (button.textContent = label), 2000);
  });
}

for (const button of document.querySelectorAll("[data-copy]")) {
  offer(button, () =>
    Array.from(
      document.querySelectorAll(`#${button.dataset.copy} > p[dir]`),
      (paragraph) => paragraph.textContent,
    ).join("\n\n"),
  );
}
for (const button of document.querySelectorAll("[data-copy-link]")) {
  offer(button, () => button.dataset.copyLink);
}

// A busy site asks for a proof of work: a worker looks for it while one writes.
function prove(form) {
  const { ticket, proof } = form.elements;
  const button = form.querySelector("[type=submit]");
  const label = button.textContent;
  const worker = new Worker("/assets/proof.js");
  let sending = "sendsItself" in form.dataset;
  const tell = (working) => {
    button.textContent = working ? "One moment…" : label;
    const words = { proof: working, wait: !working };
    for (const [name, shown] of Object.entries(words)) {
      const element = form.querySelector(`[data-${name}-words]`);
      if (element) element.hidden = !shown;
    }
  };
  const wait = (event) => {
    event.preventDefault();
    sending = true;
    tell(true);
  };
  const finish = () => {
    worker.terminate();
    form.removeEventListener("submit", wait);
    tell(false);
  };
  form.addEventListener("submit", wait);
  if (sending) tell(true);
  worker.onerror = finish; // a minute will do instead
  worker.onmessage = (event) => {
    proof.value = event.data;
    finish();
    if (sending) form.requestSubmit();
  };
  worker.postMessage({ ticket: ticket.value, bits: Number(form.dataset.proofBits) });
}

for (const form of document.querySelectorAll("form[data-proof-bits]")) {
  if (window.Worker) prove(form);
}

// After a fault, the list of faults is the first thing to read.
document.getElementById("faults")?.focus();

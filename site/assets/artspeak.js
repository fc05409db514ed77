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

// The words of the text with that id.
function wordsOf(id) {
  return Array.from(
    document.querySelectorAll(`#${id} > p[dir]`),
    (paragraph) => paragraph.textContent,
  ).join("\n\n");
}

for (const button of document.querySelectorAll("[data-copy]")) {
  offer(button, () => wordsOf(button.dataset.copy));
}
for (const button of document.querySelectorAll("[data-copy-link]")) {
  offer(button, () => button.dataset.copyLink);
}

// Hands a text or the page on to whatever the device shares with.
for (const button of document.querySelectorAll("[data-share]")) {
  if (!navigator.share) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const { share, shareText } = button.dataset;
    const content = { title: document.title, url: share };
    if (shareText) content.text = wordsOf(shareText);
    try {
      await navigator.share(content);
    } catch {
      // Whoever changes one's mind needs no message.
    }
  });
}

// After a fault, the list of faults is the first thing to read.
document.getElementById("faults")?.focus();

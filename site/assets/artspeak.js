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

// Makes the buttons of a page, or of a new part of it, work.
function equip(root) {
  // A part that is new is no target of the address any more.
  for (const note of root.querySelectorAll(".no-mail")) {
    note.hidden = location.hash !== "#no-mail";
  }
  for (const button of root.querySelectorAll("[data-copy]")) {
    offer(button, () => wordsOf(button.dataset.copy));
  }
  for (const button of root.querySelectorAll("[data-copy-link]")) {
    offer(button, () => button.dataset.copyLink);
  }
  if (!navigator.share) return;
  for (const button of root.querySelectorAll("[data-share]")) offerShare(button);
}

// Hands a text or the page on to whatever the device shares with.
function offerShare(button) {
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

equip(document);

// Follows a review that is being made. The server tells what happens; the words
// of the page come from the page itself, fetched again, and only a text that is
// not finished is written here, as it comes.
function follow(main, address) {
  const news = document.getElementById("news");
  const written = new Map(); // by number, of texts that are not finished
  let source = null;
  let ahead = null;
  let pending = 0;

  const numberOf = (article) => Number(article.id.replace("text-", ""));
  const hang = (texts, article) => {
    const later = [...texts.children].find((other) => numberOf(other) > numberOf(article));
    texts.insertBefore(article, later ?? null);
  };
  const isFinished = (number) =>
    document.getElementById(`text-${number}`)?.classList.contains("live") === false;

  function write(number) {
    const texts = main.querySelector(".texts");
    const blank = document.getElementById("live-text");
    if (!texts || !blank || isFinished(number)) return;
    let article = document.getElementById(`text-${number}`);
    if (!article) {
      article = blank.content.firstElementChild.cloneNode(true);
      article.id = `text-${number}`;
      article.classList.toggle("first", number === 1);
      article.querySelector("[data-number]").textContent = number;
      hang(texts, article);
    }
    article.querySelector("[dir]").textContent = written.get(number);
  }

  // Takes what is new from the page as it is now. Finished texts stay: someone
  // may be reading, or have marked a line.
  async function renew() {
    const answer = await fetch(location.pathname, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("main");
    // Blocked and erased ones have a page too; busy or broken is no news.
    if (!fresh || ![200, 404, 410].includes(answer.status)) return;
    document.title = page.title;
    const made = fresh.querySelector(":scope > .texts");
    const texts = made && main.querySelector(":scope > .texts");
    if (texts) {
      for (const article of [...made.children]) {
        if (isFinished(numberOf(article))) continue;
        document.getElementById(article.id)?.remove();
        hang(texts, article);
        equip(article);
      }
    }
    for (const node of [...main.childNodes]) {
      if (node !== texts && node !== news) node.remove();
    }
    let behind = false;
    for (const node of [...fresh.childNodes]) {
      if (node.id === "news") continue;
      if (node === made && texts) {
        behind = true;
        continue;
      }
      if (texts && !behind) texts.before(node);
      else main.append(node);
      if (node.nodeType === Node.ELEMENT_NODE) equip(node);
    }
    main.className = fresh.className;
    for (const number of written.keys()) write(number);
    if (!main.querySelector("[data-events]")) stop();
  }

  // Once for all that happens in a moment. Those in a long line do not all ask
  // in the same one.
  function renewSoon(spread = 0) {
    if (pending) return;
    pending = setTimeout(async () => {
      await renew().catch(() => {}); // no connection: the next event comes
      pending = 0;
    }, 200 + Math.random() * spread);
  }

  function listen() {
    source = new EventSource(address);
    const on = (name, react) =>
      source.addEventListener(name, (event) => react(JSON.parse(event.data)));
    on("waiting", (line) => {
      if (ahead !== null && ahead !== line.ahead) {
        renewSoon(2000);
        say(() => main.querySelector(".state .large")?.textContent.trim(), 2500);
      } else {
        renewSoon(ahead === null ? 0 : 2000);
      }
      ahead = line.ahead;
    });
    on("generating", () => renewSoon());
    on("piece", ({ text, piece, begin }) => {
      written.set(text, begin ? piece : (written.get(text) ?? "") + piece);
      write(text);
    });
    on("text", ({ text }) => {
      written.delete(text);
      if (isFinished(text)) return;
      say(() => news?.dataset.finished.replace("#", text));
      renewSoon();
    });
    for (const last of ["done", "failed", "blocked", "held", "missing"]) {
      on(last, () => renewSoon());
    }
    source.addEventListener("error", () => {
      // It tries again by itself, unless it was turned away.
      if (source.readyState === EventSource.CLOSED) later();
    });
  }

  // To a screen reader: one line for each finished text, none for its words.
  function say(line, delay = 0) {
    setTimeout(() => {
      if (news) news.textContent = line() ?? "";
    }, delay);
  }

  // Without events the page still renews itself.
  let timer = 0;
  function later() {
    source?.close();
    clearTimeout(timer);
    timer = setTimeout(() => {
      renewSoon();
      if (document.hidden) later();
      else listen();
    }, 10_000);
  }
  function stop() {
    source?.close();
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", onVisibility);
  }
  // A tab in the background keeps no connection open, but its title goes on.
  function onVisibility() {
    if (document.hidden) return later();
    clearTimeout(timer);
    source?.close();
    renewSoon();
    listen();
  }
  document.addEventListener("visibilitychange", onVisibility);
  listen();
}

const made = document.querySelector("main [data-events]");
if (made) follow(document.querySelector("main"), made.dataset.events);

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

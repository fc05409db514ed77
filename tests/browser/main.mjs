// All browser tests, one after another; the first fault of each is printed and
// makes the exit status 1.
import { chromium } from "playwright-core";
import { mkdir } from "node:fs/promises";
import { keepHouse } from "./admin.mjs";
import { walkFlow } from "./flow.mjs";
import { passTheDoor, waitAtTheDoor } from "./guard.mjs";
import { walkByKeyboard } from "./keyboard.mjs";
import { walkList } from "./list.mjs";
import { followLink, print } from "./sharing.mjs";
import { startArtspeak, startGuarded, startPoster, startPreview } from "./servers.mjs";
import { lookAtStates } from "./states.mjs";

const looks = [
  { name: "desktop-light", width: 1280, height: 900, colorScheme: "light" },
  { name: "desktop-dark", width: 1280, height: 900, colorScheme: "dark" },
  { name: "phone-light", width: 390, height: 844, colorScheme: "light" },
  { name: "phone-dark", width: 390, height: 844, colorScheme: "dark" },
  // The least width that everything must fit into (WCAG 1.4.10).
  { name: "narrow-light", width: 320, height: 640, colorScheme: "light" },
];
const byName = (name) => looks.find((look) => look.name === name);

const tests = [];
for (const look of looks) {
  tests.push([`every state, ${look.name}`, "preview", lookAtStates, look, true]);
}
tests.push(
  ...["desktop-light", "desktop-dark", "phone-light"].map((name) => [
    `every state of the poster, ${name}`,
    "poster",
    lookAtStates,
    { ...byName(name), name: `poster-${name}` },
    true,
  ]),
  ["what a link to the poster shows", "poster", followLink, { ...byName("phone-light"), name: "poster" }, true],
  ["every state without scripts", "preview", lookAtStates, byName("phone-light"), false],
  ["by keyboard", "preview", walkByKeyboard, byName("desktop-light"), true],
  ["by keyboard, poster", "poster", walkByKeyboard, byName("phone-light"), true],
  ["what a link shows", "preview", followLink, byName("phone-light"), true],
  ["on paper", "preview", print, byName("desktop-dark"), true],
  ["a submission, preview", "preview", walkFlow, byName("desktop-light"), true],
  ["a submission, desktop", "artspeak", walkFlow, byName("desktop-light"), true],
  ["the owner's pages, desktop", "artspeak", keepHouse, byName("desktop-light"), true],
  ["the owner's pages, phone", "artspeak", keepHouse, byName("phone-dark"), true],
  ["the owner's pages, without scripts", "artspeak", keepHouse, byName("phone-light"), false],
  ["a submission, phone without scripts", "artspeak", walkFlow, byName("phone-dark"), false],
  ["the mailing list, desktop", "artspeak", walkList, byName("desktop-light"), true],
  ["the mailing list, phone without scripts", "artspeak", walkList, byName("phone-dark"), false],
  ["a busy site, desktop", "guarded", passTheDoor, byName("desktop-light"), true],
  ["a busy site, phone without scripts", "guarded", waitAtTheDoor, byName("phone-dark"), false],
);

await mkdir(process.env.SCREENSHOTS, { recursive: true });
const starts = {
  preview: startPreview,
  poster: startPoster,
  artspeak: startArtspeak,
  guarded: startGuarded,
};
const servers = {};
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu"], // containers run as root
});
let faults = 0;
try {
  for (const [name, server, test, look, scripts] of tests) {
    if (process.argv[2] && !name.includes(process.argv[2])) continue;
    try {
      servers[server] ??= await starts[server]();
      await test(browser, servers[server], look, scripts);
      console.log(`passed: ${name}`);
    } catch (error) {
      faults += 1;
      console.log(`FAILED: ${name}\n${error.stack}`);
    }
  }
} finally {
  await browser.close();
  for (const server of Object.values(servers)) await server.stop();
}
if (faults === 0) console.log(`Pictures: ${process.env.SCREENSHOTS}`);
process.exit(faults === 0 ? 0 : 1);

// Every character's class, then random texts, in both readings of the end of a
// text: each must be the same to artspeak and to tiktoken.
import { classDifferences } from "./character_classes.mjs";
import { Peers } from "./peers.mjs";
import { randomTexts } from "./random_texts.mjs";
import { Vocabulary } from "./vocabulary.mjs";

const texts = 20_000;
const shown = 5;
const seed = Number(process.argv[2] ?? Math.floor(Date.now() / 1000));
let faults = 0;

const hex = (c) => `U+${c.toString(16).toUpperCase().padStart(4, "0")}`;
const codePoints = (text) => Array.from(text, (c) => hex(c.codePointAt(0))).join(" ");

const gpt2 = Vocabulary.gpt2();
const classes = classDifferences(gpt2.pattern);
console.log(`${classes.compared} characters, ${classes.codePoints.length} of another class`);
if (classes.codePoints.length > 0) {
  faults += 1;
  console.log(`FAILED: ${classes.codePoints.map(hex).join(" ")}`);
}

console.log(`seed ${seed}`);
const peers = new Peers(gpt2);
try {
  for (const special of [false, true]) {
    const reading = special ? "end of text as a token" : "all as text";
    const differences = peers.differences(randomTexts(seed + special, texts), special);
    console.log(`${texts} texts, ${reading}: ${differences.length} differ`);
    faults += differences.length;
    for (const { text, ours, theirs } of differences.slice(0, shown)) {
      console.log(`FAILED: ${codePoints(text)}\n  ours   ${ours}\n  theirs ${theirs}`);
    }
  }
} finally {
  peers.close();
}
process.exit(faults === 0 ? 0 : 1);

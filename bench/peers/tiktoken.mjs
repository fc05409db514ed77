// Encodes texts with tiktoken and the vocabulary of a folder: tiktoken.mjs JOB,
// answering as bench/contender.h describes. The first time warms up.
import { readFileSync } from "node:fs";
import path from "node:path";
import { endOfText, Vocabulary } from "../../tests/tokenizer/vocabulary.mjs";

const job = JSON.parse(process.argv[2]);

// vocab.json spells bytes as GPT-2 does: printable ones name themselves, the
// others are U+0100 and up, in rising order.
const byteOf = new Map();
let next = 0x100;
for (let byte = 0; byte < 256; ++byte) {
  const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  byteOf.set(String.fromCodePoint(printable ? byte : next++), byte);
}
const ids = JSON.parse(readFileSync(path.join(job.vocabulary, "vocab.json"), "utf8"));
const tokens = [];
for (const [symbols, id] of Object.entries(ids)) {
  if (symbols !== endOfText) tokens[id] = Buffer.from([...symbols].map((symbol) => byteOf.get(symbol)));
}
const tiktoken = new Vocabulary(tokens, Vocabulary.gpt2().pattern).tiktoken();

const lines = readFileSync(job.texts, "utf8").trimEnd().split("\n");
const texts = lines.map((line) => JSON.parse(line));
let seconds, count;
for (let time = 0; time < 2; ++time) {
  const start = performance.now();
  count = 0;
  for (const text of texts) count += tiktoken.encode_ordinary(text).length;
  seconds = (performance.now() - start) / 1000;
}
const peak = /VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1];
console.log(JSON.stringify({ seconds, tokens: count, peak_memory_bytes: 1024 * Number(peak) }));

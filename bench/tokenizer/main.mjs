// Times both tokenizers on the same texts, a round of one after a round of the
// other, so that a busy machine slows both: main.mjs ENCODE_ROUNDS TEXT ROUNDS.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { Vocabulary } from "../../tests/tokenizer/vocabulary.mjs";

const [program, file, rounds] = process.argv.slice(2);

// A few megabytes at least, so that a round takes longer than the clock errs.
const leastBytes = 4e6;
const ownProse = ["README.md", ...["architecture", "decisions", "formats", "operations"].map((name) => `docs/${name}.md`)];

function readTexts() {
  const read = (name) => readFileSync(name, "utf8");
  const texts = file.endsWith(".jsonl")
    ? read(file).trim().split("\n").map((line) => JSON.parse(line).text)
    : (file ? [file] : ownProse).flatMap((name) => read(name).split(/(?<=\n\n)/));
  const bytes = Buffer.byteLength(texts.join(""));
  const times = Math.ceil(leastBytes / bytes);
  return { texts: Array(times).fill(texts).flat(), bytes: times * bytes };
}

function summary(values, unit) {
  const sorted = [...values].sort((a, b) => a - b);
  const [median, least, most] = [sorted[sorted.length >> 1], sorted[0], sorted.at(-1)];
  const digits = (value) => value.toFixed(1).padStart(7);
  return `median ${digits(median)}${unit}   least ${digits(least)}${unit}   most ${digits(most)}${unit}`;
}

const { texts, bytes } = readTexts();
const vocabulary = Vocabulary.gpt2();
const directory = mkdtempSync(path.join(tmpdir(), "artspeak-tokenizer-"));
vocabulary.write(directory);
const list = path.join(directory, "texts.jsonl");
writeFileSync(list, texts.map((text) => JSON.stringify(text) + "\n").join(""));

const ours = spawn(program, [directory, list], { stdio: ["pipe", "pipe", "inherit"] });
const answers = createInterface({ input: ours.stdout })[Symbol.asyncIterator]();
const answer = async () => JSON.parse((await answers.next()).value);
const loadSeconds = (await answer()).load_seconds;
const tiktoken = vocabulary.tiktoken();

const round = {
  async artspeak() {
    ours.stdin.write("\n");
    return answer();
  },
  async tiktoken() {
    const start = performance.now();
    let tokens = 0;
    for (const text of texts) tokens += tiktoken.encode_ordinary(text).length;
    return { seconds: (performance.now() - start) / 1000, tokens };
  },
};

const speeds = { artspeak: [], tiktoken: [] };
const ratios = [];
for (let i = 0; i <= rounds; ++i) {
  const results = { artspeak: await round.artspeak(), tiktoken: await round.tiktoken() };
  if (results.artspeak.tokens !== results.tiktoken.tokens) {
    throw new Error(`artspeak made ${results.artspeak.tokens} tokens, tiktoken ${results.tiktoken.tokens}`);
  }
  if (i === 0) continue; // what is loaded late is loaded now
  for (const [name, { seconds }] of Object.entries(results)) {
    speeds[name].push(bytes / seconds / 1e6);
  }
  ratios.push(results.tiktoken.seconds / results.artspeak.seconds);
}
ours.stdin.end();
rmSync(directory, { recursive: true });

console.log(`${(bytes / 1e6).toFixed(1)} MB in ${texts.length} texts, ${rounds} rounds of each in turn`);
console.log(`artspeak  ${summary(speeds.artspeak, " MB/s")}`);
console.log(`tiktoken  ${summary(speeds.tiktoken, " MB/s")}`);
console.log(`times as fast as tiktoken: ${summary(ratios, "")}`);
console.log(`artspeak reads the vocabulary in ${(1000 * loadSeconds).toFixed(0)} ms`);

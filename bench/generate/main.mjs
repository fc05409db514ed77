// Times both programs, a round of one after a round of the other, so that a
// busy machine slows both: main.mjs ARTSPEAK FOLDER ROUNDS.
import { execFileSync } from "node:child_process";
import path from "node:path";

const [artspeak, folder, rounds] = process.argv.slice(2);
const job = { prompt: "The painting refuses to be looked at, and yet it asks us for nothing else.", texts: 5, tokens: 400 };

// Each in a process of its own, the model loaded before the clock starts.
function ours() {
  const words = ["generate", path.join(folder, "int8"), "--prompt", job.prompt, "--nsamples", job.texts, "--length", job.tokens];
  const same = ["--temperature", 0.7, "--top-p", 0.9, "--truncate", "", "--seed", 1, "--threads", 2, "--json"];
  const answer = JSON.parse(execFileSync(artspeak, [...words, ...same].map(String), { encoding: "utf8", maxBuffer: 1 << 28 }));
  const tokens = answer.samples.reduce((sum, sample) => sum + sample.tokens, 0);
  return { seconds: answer.timing.prefill_s + answer.timing.decode_s, tokens };
}

function llama() {
  const script = path.join(import.meta.dirname, "llama.mjs");
  return JSON.parse(execFileSync(process.execPath, [script, path.join(folder, "q8_0.gguf"), JSON.stringify(job)], { encoding: "utf8" }));
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const results = { artspeak: [], "llama.cpp": [] };
for (let round = 0; round < Number(rounds); ++round) {
  for (const [name, run] of [["artspeak", ours], ["llama.cpp", llama]]) {
    const { seconds, tokens } = run();
    if (tokens !== job.texts * job.tokens) throw new Error(`${name} wrote ${tokens} tokens`);
    results[name].push(seconds);
    console.log(`${name.padEnd(10)} ${seconds.toFixed(2).padStart(6)} s  ${(tokens / seconds).toFixed(0).padStart(4)} tokens/s`);
  }
}
const ratios = results.artspeak.map((seconds, i) => results["llama.cpp"][i] / seconds);
console.log(
  `${job.texts} texts of ${job.tokens} tokens: artspeak int8 ${median(results.artspeak).toFixed(2)} s, ` +
    `llama.cpp q8_0 ${median(results["llama.cpp"]).toFixed(2)} s (medians); ` +
    `${median(ratios).toFixed(1)} times as fast (${Math.min(...ratios).toFixed(1)} to ${Math.max(...ratios).toFixed(1)})`,
);

// The two tokenizers beside each other, on one vocabulary.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { endOfText } from "./vocabulary.mjs";

export class Peers {
  constructor(vocabulary) {
    this.directory = mkdtempSync(path.join(tmpdir(), "artspeak-tokenizer-"));
    vocabulary.write(this.directory);
    this.tiktoken = vocabulary.tiktoken();
  }
  close() {
    rmSync(this.directory, { recursive: true });
    this.tiktoken.free();
  }

  theirs(text, special) {
    const ids = special
      ? this.tiktoken.encode(text, [endOfText], [])
      : this.tiktoken.encode_ordinary(text);
    return JSON.stringify(Array.from(ids));
  }

  // A JSON array of ids for each text.
  ours(texts, special) {
    const run = spawnSync(
      process.env.ARTSPEAK,
      ["tokenizer", "encode", this.directory, ...(special ? ["--special"] : [])],
      {
        input: texts.map((text) => JSON.stringify(text) + "\n").join(""),
        encoding: "utf8",
        maxBuffer: 1 << 30,
      },
    );
    if (run.status !== 0) {
      throw new Error(`artspeak ended with ${run.status}: ${run.error ?? run.stderr}`);
    }
    const lines = run.stdout.split("\n").slice(0, -1);
    if (lines.length !== texts.length) {
      throw new Error(`artspeak answered ${lines.length} of ${texts.length} texts`);
    }
    return lines;
  }

  // The texts on which the two differ: { text, ours, theirs }.
  differences(texts, special) {
    const differences = [];
    this.ours(texts, special).forEach((ours, i) => {
      const theirs = this.theirs(texts[i], special);
      if (ours !== theirs) differences.push({ text: texts[i], ours, theirs });
    });
    return differences;
  }
}

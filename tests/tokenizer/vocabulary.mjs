// A vocabulary for both: tiktoken's ranks, and the vocab.json and merges.txt
// that ours reads.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);
const { Tiktoken } = require("tiktoken");

export const endOfText = "<|endoftext|>";

// `tokens` are Buffers by rank, which is their id; endOfText takes the next.
export class Vocabulary {
  constructor(tokens, pattern) {
    this.tokens = tokens;
    this.pattern = pattern;
  }

  // GPT-2's, from tiktoken's own data: "! FIRST_RANK BASE64 BASE64 ..." a line.
  static gpt2() {
    const data = require("tiktoken/encoders/gpt2.json");
    const tokens = [];
    for (const line of data.bpe_ranks.split("\n")) {
      const [, first, ...words] = line.split(" ");
      words.forEach((word, i) => {
        tokens[Number(first) + i] = Buffer.from(word, "base64");
      });
    }
    return new Vocabulary(tokens, data.pat_str);
  }

  tiktoken() {
    const words = this.tokens.map((token) => token.toString("base64"));
    const specials = { [endOfText]: this.tokens.length };
    return new Tiktoken(`! 0 ${words.join(" ")}`, specials, this.pattern);
  }

  // The pair of each token longer than a byte: what is left of its bytes when
  // they join, best rank first, by lower ranks alone.
  #merges() {
    const rankOf = new Map(this.tokens.map((token, rank) => [token.toString("latin1"), rank]));
    const merges = [];
    this.tokens.forEach((token, rank) => {
      const parts = [...token.toString("latin1")];
      while (parts.length > 2) {
        let best = { rank, place: -1 };
        for (let i = 0; i + 1 < parts.length; ++i) {
          const joined = rankOf.get(parts[i] + parts[i + 1]);
          if (joined < best.rank) best = { rank: joined, place: i };
        }
        if (best.place < 0) throw new Error(`no merge leads to token ${rank}`);
        parts.splice(best.place, 2, parts[best.place] + parts[best.place + 1]);
      }
      if (parts.length === 2) merges.push(parts);
    });
    return merges;
  }

  // Writes the two files in GPT-2's byte symbols: printable bytes name
  // themselves, the others take U+0100 and up.
  write(directory) {
    const symbols = [];
    let next = 0x100;
    for (let byte = 0; byte < 256; ++byte) {
      const printable =
        (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
      symbols.push(String.fromCodePoint(printable ? byte : next++));
    }
    const inSymbols = (bytes) => Array.from(bytes, (byte) => symbols[byte]).join("");
    const ids = {};
    this.tokens.forEach((token, id) => (ids[inSymbols(token)] = id));
    ids[endOfText] = this.tokens.length;
    const lines = this.#merges().map((pair) =>
      pair.map((part) => inSymbols(Buffer.from(part, "latin1"))).join(" "),
    );
    writeFileSync(path.join(directory, "vocab.json"), JSON.stringify(ids));
    writeFileSync(path.join(directory, "merges.txt"), `#version: 0.2\n${lines.join("\n")}\n`);
  }
}

// Is every character of Unicode the same to both: letter, number, white space,
// or other? A vocabulary of probes shows it: "a", "1" and "!" join with the
// first byte of a character only when it stands in the same piece.
import { Peers } from "./peers.mjs";
import { Vocabulary } from "./vocabulary.mjs";

const probes = ["a", "1", "!"];
const charactersPerText = 64;

function probeVocabulary(pattern) {
  const tokens = [];
  for (let byte = 0; byte < 256; ++byte) tokens.push(Buffer.from([byte]));
  for (const probe of probes) {
    for (let lead = 0; lead < 0xf5; ++lead) {
      if (lead < 0x80 || lead > 0xc1) tokens.push(Buffer.from([probe.charCodeAt(0), lead]));
    }
  }
  return new Vocabulary(tokens, pattern);
}

const probed = (character) => probes.map((probe) => `${probe}${character}\n`).join("");

// The code points that the two take for different classes.
export function classDifferences(pattern) {
  const peers = new Peers(probeVocabulary(pattern));
  try {
    const characters = [];
    for (let c = 0; c <= 0x10ffff; ++c) {
      if (c < 0xd800 || c > 0xdfff) characters.push(String.fromCodePoint(c));
    }
    const texts = [];
    for (let i = 0; i < characters.length; i += charactersPerText) {
      texts.push(characters.slice(i, i + charactersPerText).map(probed).join(""));
    }
    const suspects = peers
      .differences(texts, false)
      .flatMap(({ text }) => [...new Set(Array.from(text))]);
    const differences = peers.differences(suspects.map(probed), false);
    return {
      compared: characters.length,
      codePoints: differences.map(({ text }) => text.codePointAt(1)),
    };
  } finally {
    peers.close();
  }
}

// Texts that try a tokenizer: what stands beside what is drawn at random.
import { endOfText } from "./vocabulary.mjs";

// Mulberry32: the same numbers for a seed on every machine.
function randomNumbers(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const words = (
  "the of and art painter sculpture exhibition gallery vernissage chiaroscuro café naïve Straße " +
  "œuvre Мастер художник Ψυχή 東京 美術館 مرحبا नमस्ते ไทย שלום 한국어 McDonald iPhone HTML antidisestablishmentarianism"
).split(" ");
const contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'S", "'RE", "’s", "'", "''s"];
const whiteSpace =
  " \t\n\v\f\r\u0085\u00a0\u1680\u2000\u2003\u200a\u2028\u2029\u202f\u205f\u3000" +
  "\u200b\u180e\ufeff\u001c"; // the last four only look like it
const emoji = [
  "🎨", "👩🏽‍🎨", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇦🇹", "1️⃣", "❤️", "☕", "🖼️", "👍🏿", "🫠", "\u{1fae9}",
];

// `count` texts, the same for a seed.
export function randomTexts(seed, count) {
  const below = randomNumbers(seed);
  const oneOf = (list) => list[below(list.length)];
  const repeat = (most, make) => Array.from({ length: 1 + below(most) }, make).join("");
  const codePoint = (first, last) => {
    const c = first + below(last - first + 1);
    return c >= 0xd800 && c <= 0xdfff ? "\ufffd" : String.fromCodePoint(c);
  };
  const ascii = () => codePoint(0, 0x7f);
  const digit = () => oneOf("0123456789٣७²½Ⅷ〇");
  const combining = () => codePoint(0x300, 0x36f);
  const parts = [
    () => oneOf(words),
    () => " " + oneOf(words),
    () => oneOf(words) + oneOf(contractions),
    () => oneOf(contractions),
    () => repeat(6, () => oneOf(whiteSpace)),
    () => oneOf(whiteSpace).repeat(1 + below(9)),
    () => " ".repeat(below(4)),
    () => repeat(8, ascii),
    () => repeat(5, digit),
    () => String(below(1e9)),
    () => repeat(6, () => oneOf(".,;:!?-–—…“”‘’\"'()[]{}<>|/\\#@&*_=+~^$€%")),
    () => repeat(4, () => codePoint(0x80, 0x7ff)),
    () => repeat(4, () => codePoint(0x800, 0xffff)),
    () => repeat(3, () => codePoint(0x10000, 0x1ffff)),
    () => repeat(3, () => codePoint(0, 0x10ffff)), // most are unassigned
    () => repeat(3, () => codePoint(0x1f300, 0x1faff)),
    () => repeat(3, () => oneOf("aeonéα") + repeat(3, combining)),
    () => repeat(3, () => oneOf(emoji)),
    () => endOfText,
    () => endOfText.slice(below(5), 8 + below(6)),
  ];
  const runs = [ascii, digit, combining];
  for (const list of [whiteSpace, words, emoji]) runs.push(() => oneOf(list));
  const text = () => {
    let whole = repeat(24, () => oneOf(parts)());
    if (below(50) === 0) whole += oneOf(runs)().repeat(1 + below(700)) + oneOf(parts)();
    return whole;
  };
  return Array.from({ length: count }, text);
}

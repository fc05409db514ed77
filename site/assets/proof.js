// Runs beside a page, as a worker: finds the first number n for which SHA-256
// (FIPS 180-4) of "TICKET.n" begins with so many bits 0.
"use strict";

const primes = [];
for (let n = 2; primes.length < 64; ++n) {
  if (primes.every((prime) => n % prime)) primes.push(n);
}
const fraction = (x) => ((x - Math.floor(x)) * 2 ** 32) | 0;
const constants = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
const initial = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

const words = new Int32Array(64);
const turn = (x, by) => (x >>> by) | (x << (32 - by));

// Adds the block of 64 bytes at `from` to the hash in `state`.
function compress(state, bytes, from) {
  for (let i = 0; i < 16; ++i) {
    const at = from + 4 * i;
    words[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  }
  for (let i = 16; i < 64; ++i) {
    const x = words[i - 15];
    const y = words[i - 2];
    const small = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3);
    const large = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
    words[i] = (words[i - 16] + small + words[i - 7] + large) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; ++i) {
    const one = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const choice = (e & f) ^ (~e & g);
    const first = (h + one + choice + constants[i] + words[i]) | 0;
    const zero = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + zero + majority) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

function find(ticket, bits) {
  const prefix = new TextEncoder().encode(ticket + ".");
  // Whole blocks of the ticket are the same for every number.
  const before = initial.slice();
  const whole = prefix.length - (prefix.length % 64);
  for (let at = 0; at < whole; at += 64) compress(before, prefix, at);

  const rest = prefix.length - whole;
  const tail = new Uint8Array(128);
  const state = new Int32Array(8);
  for (let n = 0; ; ++n) {
    const digits = String(n);
    const end = rest + digits.length;
    tail.fill(0);
    tail.set(prefix.subarray(whole));
    for (let i = 0; i < digits.length; ++i) tail[rest + i] = digits.charCodeAt(i);
    tail[end] = 0x80;
    const blocks = end + 9 <= 64 ? 1 : 2;
    tail[64 * blocks - 2] = (8 * (whole + end)) >> 8; // its length in bits
    tail[64 * blocks - 1] = 8 * (whole + end);
    state.set(before);
    compress(state, tail, 0);
    if (blocks === 2) compress(state, tail, 64);
    if (Math.clz32(state[0]) >= bits) return digits;
  }
}

self.onmessage = ({ data }) => self.postMessage(find(data.ticket, data.bits));

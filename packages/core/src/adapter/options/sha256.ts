/** First 32 bits of the fractional parts of the square (n=2) or cube (n=3) roots of the first primes, as FIPS 180-4 has it. */
function rootBits(count: number, root: 2 | 3): number[] {
  const bits: number[] = [];
  for (let candidate = 2; bits.length < count; candidate++) {
    if (isPrime(candidate)) bits.push(((candidate ** (1 / root) % 1) * 2 ** 32) | 0);
  }
  return bits;
}

function isPrime(candidate: number): boolean {
  for (let factor = 2; factor * factor <= candidate; factor++) if (candidate % factor === 0) return false;
  return true;
}

/**
 * SHA-256 of a text in UTF-8, as lower-case hex. Here because the platform's own is asynchronous and factories are not;
 * for short texts only.
 */
export function sha256(text: string): string {
  const round = rootBits(64, 3);
  const state = rootBits(8, 2);
  const message = padded(new TextEncoder().encode(text));
  const words = new Int32Array(64);
  for (let offset = 0; offset < message.byteLength; offset += 64) {
    for (let i = 0; i < 64; i++) words[i] = i < 16 ? message.getInt32(offset + i * 4) : schedule(words, i);
    compress(state, words, round);
  }
  return state.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

function padded(bytes: Uint8Array): DataView {
  const message = new Uint8Array((((bytes.length + 8) >> 6) + 1) << 6);
  message.set(bytes);
  message[bytes.length] = 0x80;
  const view = new DataView(message.buffer);
  view.setUint32(message.length - 4, bytes.length * 8);
  return view;
}

function schedule(words: Int32Array, i: number): number {
  const near = at(words, i - 2);
  const far = at(words, i - 15);
  const s0 = rotate(far, 7) ^ rotate(far, 18) ^ (far >>> 3);
  const s1 = rotate(near, 17) ^ rotate(near, 19) ^ (near >>> 10);
  return (at(words, i - 16) + s0 + at(words, i - 7) + s1) | 0;
}

function compress(state: number[], words: Int32Array, round: readonly number[]): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let i = 0; i < 64; i++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + at(round, i) + at(words, i)) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    // One by one: with a list for each round a hash takes half as much again where nothing is compiled yet.
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i] = ((state[i] ?? 0) + word) | 0;
}

function at(words: ArrayLike<number>, i: number): number {
  return words[i] ?? 0;
}

function rotate(word: number, count: number): number {
  return (word >>> count) | (word << (32 - count));
}

/**
 * XXH3, 64 bits, seed 0, without BigInt: every 64-bit number is two halves of 32 bits. Used to check
 * that a batch is what the hub sent (P49).
 */
const SECRET_HEX =
  'b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221' +
  'b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8' +
  'a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb' +
  '170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e';

const SECRET = new DataView(new ArrayBuffer(192));
for (let i = 0; i < 192; i++) {
  SECRET.setUint8(i, parseInt(SECRET_HEX.substring(2 * i, 2 * i + 2), 16));
}

const P32_1 = 0x9e3779b1;
const P64_1: U64 = [0x85ebca87, 0x9e3779b1];
const P64_2: U64 = [0x27d4eb4f, 0xc2b2ae3d];
const P64_3: U64 = [0x9e3779f9, 0x165667b1];
const MX_1: U64 = [0x9e3779f9, 0x16566791];
const MX_2: U64 = [0x1e98df25, 0x9fb21c65];
const STRIPE = 64;
const BLOCK = 1024;

/** Low and high half, each unsigned. */
export type U64 = readonly [low: number, high: number];

export function xxh3(data: Uint8Array): U64 {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const length = data.length;
  if (length > 240) {
    return long(view, length);
  }
  if (length > 128) {
    return to240(view, length);
  }
  if (length > 16) {
    return to128(view, length);
  }
  return length > 8 ? to16(view, length) : length > 3 ? to8(view, length) : to3(view, length);
}

function read(view: DataView, at: number): U64 {
  return [view.getUint32(at, true), view.getUint32(at + 4, true)];
}

function xor(a: U64, b: U64): U64 {
  return [(a[0] ^ b[0]) >>> 0, (a[1] ^ b[1]) >>> 0];
}

function add(a: U64, b: U64): U64 {
  const low = a[0] + b[0];
  return [low >>> 0, (a[1] + b[1] + (low > 0xffffffff ? 1 : 0)) >>> 0];
}

/** High half of a product of two halves. */
function mulHigh(a: number, b: number): number {
  const al = a & 0xffff;
  const ah = a >>> 16;
  const bl = b & 0xffff;
  const bh = b >>> 16;
  const t = ah * bl + ((al * bl) >>> 16);
  return ah * bh + (t >>> 16) + ((al * bh + (t & 0xffff)) >>> 16);
}

function mul(a: U64, b: U64): U64 {
  const high = mulHigh(a[0], b[0]) + Math.imul(a[0], b[1]) + Math.imul(a[1], b[0]);
  return [Math.imul(a[0], b[0]) >>> 0, high >>> 0];
}

/** The product of 128 bits, its halves combined by xor. */
function fold(a: U64, b: U64): U64 {
  const middle1 = mulHigh(a[0], b[0]) + (Math.imul(a[1], b[0]) >>> 0);
  const middle2 = (middle1 >>> 0) + (Math.imul(a[0], b[1]) >>> 0);
  const carry = Math.floor(middle1 / 4294967296) + Math.floor(middle2 / 4294967296);
  const highLow = (Math.imul(a[1], b[1]) >>> 0) + mulHigh(a[1], b[0]) + mulHigh(a[0], b[1]) + carry;
  const highHigh = mulHigh(a[1], b[1]) + Math.floor(highLow / 4294967296);
  return [(Math.imul(a[0], b[0]) ^ highLow) >>> 0, (middle2 ^ highHigh) >>> 0];
}

function shiftRight(a: U64, bits: number): U64 {
  return bits >= 32
    ? [bits === 32 ? a[1] : a[1] >>> (bits - 32), 0]
    : [((a[0] >>> bits) | (a[1] << (32 - bits))) >>> 0, a[1] >>> bits];
}

function rotateLeft(a: U64, bits: number): U64 {
  const [low, high] = bits >= 32 ? [a[1], a[0]] : a;
  const n = bits & 31;
  return [((low << n) | (high >>> (32 - n))) >>> 0, ((high << n) | (low >>> (32 - n))) >>> 0];
}

function avalanche(hash: U64): U64 {
  const mixed = mul(xor(hash, shiftRight(hash, 37)), MX_1);
  return xor(mixed, shiftRight(mixed, 32));
}

function avalanche64(hash: U64): U64 {
  let h = mul(xor(hash, shiftRight(hash, 33)), P64_2);
  h = mul(xor(h, shiftRight(h, 29)), P64_3);
  return xor(h, shiftRight(h, 32));
}

function secretXor(a: number, b: number): U64 {
  return xor(read(SECRET, a), read(SECRET, b));
}

function to3(view: DataView, length: number): U64 {
  if (length === 0) {
    return avalanche64(secretXor(56, 64));
  }
  const combined =
    ((view.getUint8(0) << 16) |
      (view.getUint8(length >> 1) << 24) |
      view.getUint8(length - 1) |
      (length << 8)) >>>
    0;
  const flip = (SECRET.getUint32(0, true) ^ SECRET.getUint32(4, true)) >>> 0;
  return avalanche64([(combined ^ flip) >>> 0, 0]);
}

function to8(view: DataView, length: number): U64 {
  const keyed = xor([view.getUint32(length - 4, true), view.getUint32(0, true)], secretXor(8, 16));
  let h = xor(keyed, xor(rotateLeft(keyed, 49), rotateLeft(keyed, 24)));
  h = mul(h, MX_2);
  h = mul(xor(h, add(shiftRight(h, 35), [length, 0])), MX_2);
  return xor(h, shiftRight(h, 28));
}

function swap(n: number): number {
  return ((n << 24) | ((n & 0xff00) << 8) | ((n >>> 8) & 0xff00) | (n >>> 24)) >>> 0;
}

function to16(view: DataView, length: number): U64 {
  const low = xor(read(view, 0), secretXor(24, 32));
  const high = xor(read(view, length - 8), secretXor(40, 48));
  const swapped: U64 = [swap(low[1]), swap(low[0])];
  return avalanche(add(add([length, 0], swapped), add(high, fold(low, high))));
}

function mix16(view: DataView, at: number, secretAt: number): U64 {
  return fold(
    xor(read(view, at), read(SECRET, secretAt)),
    xor(read(view, at + 8), read(SECRET, secretAt + 8)),
  );
}

function to128(view: DataView, length: number): U64 {
  let sum = mul([length, 0], P64_1);
  for (let i = (length - 1) >> 5; i >= 0; i--) {
    sum = add(sum, mix16(view, 16 * i, 32 * i));
    sum = add(sum, mix16(view, length - 16 * (i + 1), 32 * i + 16));
  }
  return avalanche(sum);
}

function to240(view: DataView, length: number): U64 {
  let sum = mul([length, 0], P64_1);
  for (let i = 0; i < 8; i++) {
    sum = add(sum, mix16(view, 16 * i, 16 * i));
  }
  sum = avalanche(sum);
  for (let i = 8; i < length >> 4; i++) {
    sum = add(sum, mix16(view, 16 * i, 16 * (i - 8) + 3));
  }
  return avalanche(add(sum, mix16(view, length - 16, 136 - 17)));
}

// Lanes of 64 bits, low and high half side by side.
const START = new Uint32Array([
  0xc2b2ae3d, 0, 0x85ebca87, 0x9e3779b1, 0x27d4eb4f, 0xc2b2ae3d, 0x9e3779f9, 0x165667b1, 0xc2b2ae63,
  0x85ebca77, 0x85ebca77, 0, 0x165667c5, 0x27d4eb2f, 0x9e3779b1, 0,
]);

function long(view: DataView, length: number): U64 {
  const lanes = START.slice();
  const stripes = Math.floor((length - 1) / STRIPE);
  for (let i = 0; i < stripes; i++) {
    const inBlock = i % (BLOCK / STRIPE);
    accumulate(lanes, view, i * STRIPE, 8 * inBlock);
    if (inBlock === BLOCK / STRIPE - 1) {
      scramble(lanes);
    }
  }
  accumulate(lanes, view, length - STRIPE, 192 - STRIPE - 7);
  let sum = mul([length, 0], P64_1);
  for (let i = 0; i < 4; i++) {
    const a = xor([lanes[4 * i], lanes[4 * i + 1]], read(SECRET, 11 + 16 * i));
    const b = xor([lanes[4 * i + 2], lanes[4 * i + 3]], read(SECRET, 19 + 16 * i));
    sum = add(sum, fold(a, b));
  }
  return avalanche(sum);
}

function accumulate(lanes: Uint32Array, view: DataView, at: number, secretAt: number): void {
  for (let i = 0; i < 16; i += 2) {
    const low = view.getUint32(at + 4 * i, true);
    const high = view.getUint32(at + 4 * i + 4, true);
    const a = (low ^ SECRET.getUint32(secretAt + 4 * i, true)) >>> 0;
    const b = (high ^ SECRET.getUint32(secretAt + 4 * i + 4, true)) >>> 0;
    const other = i ^ 2;
    const swappedLow = lanes[other] + low;
    lanes[other] = swappedLow;
    lanes[other + 1] += high + (swappedLow > 0xffffffff ? 1 : 0);
    const ownLow = lanes[i] + (Math.imul(a, b) >>> 0);
    lanes[i] = ownLow;
    lanes[i + 1] += mulHigh(a, b) + (ownLow > 0xffffffff ? 1 : 0);
  }
}

function scramble(lanes: Uint32Array): void {
  for (let i = 0; i < 16; i += 2) {
    const low = lanes[i];
    const high = lanes[i + 1];
    const mixedLow = (low ^ (high >>> 15) ^ SECRET.getUint32(128 + 4 * i, true)) >>> 0;
    const mixedHigh = (high ^ SECRET.getUint32(128 + 4 * i + 4, true)) >>> 0;
    lanes[i] = Math.imul(mixedLow, P32_1);
    lanes[i + 1] = mulHigh(mixedLow, P32_1) + Math.imul(mixedHigh, P32_1);
  }
}

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { hex64 } from '../src/codec/batch-decoder.ts';
import { readValue } from '../src/codec/value-reader.ts';
import { WireReader } from '../src/codec/wire-reader.ts';
import { Digest } from '../src/reconcile/digest.ts';
import { add, divide, isBelowPrime, multiply, negative, subtract } from '../src/reconcile/field.ts';
import { ItemHasher, markOf } from '../src/reconcile/item-hasher.ts';
import { Sketch } from '../src/reconcile/sketch.ts';
import { advance, check, mixed, next, wide } from '../src/reconcile/symbols.ts';
import { times, type U64 } from '../src/reconcile/u64.ts';
import { valueHash } from '../src/reconcile/value-hash.ts';
import { encodeWanted, prefixOf } from '../src/reconcile/wanted-ids.ts';
import { encodeRun, randomOf } from './sets.ts';
import { fromHex } from './vector.ts';

const lines = (name: string) => readFileSync(`../../spec/vectors/reconcile/${name}.txt`, 'utf8').trimEnd().split('\n');
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const u64 = (text: string): U64 => [parseInt(text.slice(8), 16), parseInt(text.slice(0, 8), 16)];
const asBigInt = ([low, high]: U64) => (BigInt(high) << 32n) | BigInt(low);
const fromBigInt = (n: bigint): U64 => [Number(n & 0xffffffffn), Number(n >> 32n)];

// What Java writes there: see VectorsTest in link/reconcile, and ValueHashVectorsTest in link/codec.

test('values and their expiries hash as at the hub (P210)', () => {
  const all = lines('values');
  const kinds = new Set<string>();
  for (const line of all) {
    const [, kind, expires, value, hash] = /^kind (\d) expires (\d+) value ([0-9a-f]*) hash ([0-9a-f]{16})$/.exec(line)!;
    kinds.add(kind);
    const read = readValue(Number(kind), new WireReader(fromHex(value)), false);
    assert.equal(hex64(valueHash(read, Number(expires))), hash, line.slice(0, 200));
  }
  assert.equal(kinds.size, 7, 'every type');
});

test('ids are in the symbols that they are in at the hub (P102)', () => {
  for (const line of lines('indexes')) {
    const [, id, mark, short, long, places] = /^id (\w+) mark (\w+) check (\d+) wide (\w+) in (.*)$/.exec(line)!;
    const mix = mixed(u64(id));
    assert.equal(check(mix, parseInt(mark, 16)), Number(short));
    assert.equal((wide(mix, parseInt(mark, 16)) >>> 0).toString(16).padStart(8, '0'), long);
    const found: number[] = [];
    for (let index = 0, state = advance(u64(id)); index < 1_000_000; index = next(index, state), state = advance(state)) {
      found.push(index);
    }
    assert.equal(found.join(' '), places, id);
  }
});

test('ids, items, marks and digests of keys (P101)', () => {
  const [salt, ...keys] = lines('items');
  const hasher = new ItemHasher(fromHex(salt.replace('salt ', '')));
  const digest = new Digest();
  for (const line of keys) {
    const [, key, value, id, item, mark, total] =
      /^key (\w*) value (\w+) id (\w+) item (\w+) mark (\w+) total (\w+)$/.exec(line)!;
    const bytes = fromHex(key);
    assert.equal(hex64(hasher.id(bytes)), id);
    const made = hasher.item(u64(id), u64(value));
    assert.equal(hex64(made), item);
    assert.equal(markOf(made).toString(16).padStart(8, '0'), mark);
    digest.add(made, hasher.digest(bytes, u64(value)));
    assert.equal(hex(new Uint8Array(digest.total().buffer)), total);
    assert.ok(digest.is(fromHex(total)));
  }
  assert.equal(digest.count, keys.length);
});

test('symbols of a set (P103)', () => {
  const [, ...symbols] = lines('symbols');
  const sketch = new Sketch();
  sketch.grow(1088);
  for (let i = 1; i <= 1000; i++) {
    const [low, high] = times([i, 0], [0x7f4a7c15, 0x9e3779b9]);
    sketch.put([((low >>> 3) | (high << 29)) >>> 0, high >>> 3], Math.imul(i, 0x1234567) & 0x7fffffff, 0);
  }
  symbols.forEach((line, n) => {
    const i = n < 32 ? n : 1020 + n - 32;
    assert.equal(hex(encodeRun(sketch, i, i + 1, 1000)), line, `symbol ${i}`);
  });
});

test('what is wanted (P190)', () => {
  for (const line of lines('wanted')) {
    const [ids, bytes] = line.split(' travel as ');
    assert.equal(hex(encodeWanted(ids.split(' ').map((id) => prefixOf(u64(id))))), bytes);
  }
});

test('numbers modulo 2^61 - 1 are what BigInt says they are', () => {
  const P = (1n << 61n) - 1n;
  const seed = Date.now() % 1_000_000;
  const random = randomOf(seed);
  const some = (): bigint => {
    const edge = [0n, 1n, P - 1n, P - 2n, 1n << 60n, 0xffffffffn, 1n << 32n][random(20)];
    return edge ?? ((BigInt(random(2 ** 31)) << 30n) | BigInt(random(2 ** 30))) % P;
  };
  const modulo = (n: bigint) => ((n % P) + P) % P;
  for (let i = 0; i < 20_000; i++) {
    const [a, b] = [some(), some()];
    const n = [1, -1, 2, -2, 0x7fffffff, -0x7fffffff][random(20)] ?? random(2 ** 31) - 2 ** 30;
    const said = `seed ${seed}: ${a} ${b} ${n}`;
    assert.equal(asBigInt(add(fromBigInt(a), fromBigInt(b))), modulo(a + b), said);
    assert.equal(asBigInt(subtract(fromBigInt(a), fromBigInt(b))), modulo(a - b), said);
    assert.equal(asBigInt(negative(fromBigInt(a))), modulo(-a), said);
    assert.equal(asBigInt(multiply(fromBigInt(a), n)), modulo(a * BigInt(n)), said);
    if (n !== 0) {
      const quotient = divide(fromBigInt(a), n);
      assert.ok(isBelowPrime(quotient), said);
      assert.equal(modulo(asBigInt(quotient) * BigInt(n)), a, said);
    }
  }
});

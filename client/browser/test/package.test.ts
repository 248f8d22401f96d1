import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

const BUDGET_BYTES = 25 * 1024;

/** What compares is a file of its own, loaded when it is needed. */
const RECONCILE_BYTES = 8 * 1024;

test('each script is at most 25 KB gzipped, what compares at most 8', () => {
  execFileSync(process.execPath, ['scripts/build.mjs', '--if-stale']);
  for (const file of ['replicator.mjs', 'replicator.js', 'replicator-jquery.js', 'replicator-reconcile.mjs']) {
    const bytes = gzipSync(readFileSync(join('dist', file)), { level: 9 }).length;
    const budget = file.includes('reconcile') ? RECONCILE_BYTES : BUDGET_BYTES;
    console.log(`${file}: ${bytes} bytes gzipped`);
    assert.ok(bytes <= budget, `${file} has ${bytes} bytes gzipped: at most ${budget} expected`);
  }
});

test('what compares is named by the module for bundlers, and beside their own address by the plain scripts', () => {
  assert.match(readFileSync('dist/replicator.mjs', 'utf8'), /import\("\.\/replicator-reconcile\.mjs"\)/);
  for (const file of ['replicator.js', 'replicator-jquery.js']) {
    const text = readFileSync(join('dist', file), 'utf8');
    assert.match(text, /currentScript/, file);
    assert.match(text, /import\(new URL\("replicator-reconcile\.mjs",/, file);
  }
  assert.doesNotMatch(readFileSync('dist/replicator-reconcile.mjs', 'utf8'), /\bimport\b|\bfrom"/, 'it is one file');
});

test('the script sets the one global that is documented', () => {
  const before = new Set(Object.keys(globalThis));
  (0, eval)(readFileSync('dist/replicator.js', 'utf8'));
  assert.deepEqual(
    Object.keys(globalThis).filter((name) => !before.has(name)),
    ['replicator'],
  );
});

test('what is served names nothing outside', () => {
  for (const file of files('target/classes/web').filter((name) => /\.(html|css|js|mjs)$/.test(name))) {
    const text = readFileSync(file, 'utf8');
    const links = text.match(/(?:src|href)\s*=\s*["'](?:https?:)?\/\/[^"']*|url\(\s*["']?(?:https?:)?\/\/[^)]*/g) ?? [];
    assert.deepEqual(links, [], file);
    if (file.endsWith('.html')) {
      assert.doesNotMatch(text, /<style|style=|<script(?![^>]* src=)|\son\w+=/, `${file}: the policy of pages allows no inline code or style`);
    }
  }
});

test('the types of the package are complete in themselves', () => {
  execFileSync(process.execPath, ['scripts/types.mjs']);
  const types = files('dist/types');
  assert.ok(types.some((file) => file.endsWith('mod.d.ts')));
  for (const file of types) {
    assert.doesNotMatch(readFileSync(file, 'utf8'), /from '[^']*\.ts'/, file);
  }
});

test('the package has the scripts, the types and the README, and nothing else', () => {
  const said = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { encoding: 'utf8' });
  const [{ files: packed }] = JSON.parse(said) as { files: { path: string }[] }[];
  const paths = packed.map(({ path }) => path);
  for (const wanted of ['README.md', 'dist/replicator.mjs', 'dist/replicator.js', 'dist/replicator-jquery.js', 'dist/replicator-reconcile.mjs', 'dist/types/mod.d.ts']) {
    assert.ok(paths.includes(wanted), wanted);
  }
  assert.deepEqual(paths.filter((path) => !/^(dist\/|README\.md$|package\.json$|LICENSE)/.test(path)), []);
});

test('nothing that is committed names a registry', () => {
  for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
    assert.doesNotMatch(readFileSync(file, 'utf8'), /"resolved"|registry\.|https?:/, file);
  }
});

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

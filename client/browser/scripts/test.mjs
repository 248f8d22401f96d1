// Bundles every test/*.test.ts (Node 18 knows no TypeScript) and runs them with Node's own runner.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';

const folder = 'target/test';
rmSync(folder, { recursive: true, force: true });
const tests = readdirSync('test').filter((file) => file.endsWith('.test.ts'));
await build({
  entryPoints: tests.map((file) => `test/${file}`),
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node18',
  packages: 'external',
  sourcemap: 'inline',
  logLevel: 'warning',
});
const only = process.argv.slice(2);
const run = tests
  .filter((file) => only.length === 0 || only.some((name) => file.includes(name)))
  .map((file) => `${folder}/${file.replace('.ts', '.mjs')}`);
const result = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...run], { stdio: 'inherit' });
process.exit(result.status ?? 1);

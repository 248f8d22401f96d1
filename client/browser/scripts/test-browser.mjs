// Bundles browser-test/*.test.ts and runs them. Started by BrowserTest of testing/system-tests, which
// starts a Redis and says how to start a hub:
//
//   REPLICATOR_COMMAND    words that run the replicator command, one a line
//   REPLICATOR_REDIS      host:port
//   REPLICATOR_CHROMIUM   the browser, if it is not /usr/bin/chromium
//
// Arguments: --file=pages (those whose name has this), and patterns of test names.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';

const folder = 'target/browser-test';
rmSync(folder, { recursive: true, force: true });
const tests = readdirSync('browser-test').filter((file) => file.endsWith('.test.ts'));
await build({
  entryPoints: tests.map((file) => `browser-test/${file}`),
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
const only = process.argv.slice(2).filter((word) => !word.startsWith('--file='));
const file = process.argv.find((word) => word.startsWith('--file='))?.slice('--file='.length) ?? '';
const pattern = only.length > 0 ? [`--test-name-pattern=${only.join('|')}`] : [];
for (const name of tests.filter((name) => name.includes(file))) {
  const bundle = `${folder}/${name.replace('.ts', '.mjs')}`;
  const { status } = spawnSync(process.execPath, ['--enable-source-maps', ...pattern, bundle], { stdio: 'inherit' });
  if (status !== 0) {
    process.exit(status ?? 1);
  }
}

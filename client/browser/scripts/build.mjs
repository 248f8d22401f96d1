// Builds the package (dist/) and what a hub serves (target/classes/web/, or the folder given).
//
//   node scripts/build.mjs [--web FOLDER] [--if-stale]
//
// Installs what package-lock.json names first, if it is not there yet. With --if-stale nothing is
// done when no source is newer than the last build: Maven calls it on every build.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'));

const options = process.argv.slice(2);
const web = options.includes('--web') ? options[options.indexOf('--web') + 1] : 'target/classes/web';
const stamp = 'target/web.stamp';
const SOURCES = ['src', 'page', 'example', 'scripts', 'package.json', 'package-lock.json'];

function newest(path) {
  const stat = statSync(path);
  return stat.isDirectory()
    ? Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))))
    : stat.mtimeMs;
}

/** npm notes in node_modules what it installed. */
function installIfStale() {
  const installed = 'node_modules/.package-lock.json';
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync('package-lock.json').mtimeMs) {
    return;
  }
  const npm = spawnSync('npm', ['ci', '--no-progress', '--prefer-offline', '--loglevel=error'], { stdio: 'inherit' });
  if (npm.error !== undefined || npm.status !== 0) {
    console.error(`npm ci failed (${npm.error?.message ?? npm.status}). Needed: Node 18 or newer with npm`);
    process.exit(npm.status || 1);
  }
}

if (options.includes('--if-stale') && existsSync(stamp) && existsSync(join(web, 'index.html')) && Math.max(...SOURCES.map(newest)) < statSync(stamp).mtimeMs) {
  process.exit(0);
}
installIfStale();
const { build } = await import('esbuild');

/** What compares is a file of its own, loaded when it is needed: the module names it, plain scripts know where they are. */
const apart = {
  name: 'reconcile-apart',
  setup(bundle) {
    const isModule = bundle.initialOptions.format === 'esm';
    bundle.onResolve({ filter: /\/reconcile\/mod\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './replicator-reconcile.mjs', external: true } : undefined,
    );
    bundle.onResolve({ filter: /\/reconcile-module\.ts$/ }, ({ path, resolveDir }) =>
      isModule ? undefined : { path: join(resolveDir, path.replace('module', 'beside')) },
    );
  },
};
const common = { plugins: [apart],  bundle: true, minify: true, target: 'es2022', legalComments: 'none', logLevel: 'warning' };
rmSync('dist', { recursive: true, force: true });
rmSync(web, { recursive: true, force: true });
mkdirSync(web, { recursive: true });
await Promise.all([
  build({ ...common, entryPoints: ['src/mod.ts'], format: 'esm', outfile: 'dist/replicator.mjs' }),
  build({ ...common, entryPoints: ['src/reconcile/mod.ts'], format: 'esm', outfile: 'dist/replicator-reconcile.mjs' }),
  build({ ...common, entryPoints: ['src/script.ts'], format: 'iife', outfile: 'dist/replicator.js' }),
  build({ ...common, entryPoints: ['src/jquery.ts'], format: 'iife', outfile: 'dist/replicator-jquery.js' }),
  build({ ...common, entryPoints: ['page/page.ts'], format: 'iife', outfile: join(web, 'page.js') }),
]);
for (const file of ['replicator.mjs', 'replicator-reconcile.mjs', 'replicator.js', 'replicator-jquery.js']) {
  copyFileSync(join('dist', file), join(web, file));
}
copyAll('page', web, /\.(html|css|svg)$/);
copyAll('example', join(web, 'example'), /\.(html|css|js)$/);
copyFileSync('node_modules/jquery/dist/jquery.min.js', join(web, 'example', 'jquery.min.js'));
writeFileSync(stamp, '');

function copyAll(from, to, wanted) {
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(from).filter((name) => wanted.test(name))) {
    copyFileSync(join(from, file), join(to, file));
  }
}

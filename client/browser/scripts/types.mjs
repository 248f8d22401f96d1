// Writes dist/types: the declarations that go into the npm package.
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const tsc = spawnSync(
  process.execPath,
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.types.json'],
  { stdio: 'inherit' },
);
if (tsc.status !== 0) {
  process.exit(tsc.status ?? 1);
}
// Declarations beside each other refer to each other by .js.
for (const file of readdirSync('dist/types', { recursive: true }).map(String)) {
  if (file.endsWith('.d.ts')) {
    const path = join('dist/types', file);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/(from '\.[^']*)\.ts'/g, "$1.js'"));
  }
}

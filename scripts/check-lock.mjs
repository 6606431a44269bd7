// Fails when package-lock.json lacks an optional (platform) dependency, which would make `npm ci` fail.
import { readFileSync } from 'node:fs';
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const missing = Object.entries(packages).flatMap(([at, p]) =>
  Object.entries(p.optionalDependencies ?? {})
    .filter(([d]) => !packages[`node_modules/${d}`] && !packages[`${at}/node_modules/${d}`])
    .map(([d, r]) => `${d}@${r} (${at || 'root'})`),
);
if (missing.length) {
  console.error('Missing from package-lock.json:\n' + missing.join('\n'));
  process.exit(1);
}

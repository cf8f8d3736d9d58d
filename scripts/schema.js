// Writes schema/record.json from the fields of a record. With --check it writes nothing and fails when the file is stale.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { recordSchema } from '../dist/record/record-schema.js';

const FILE = new URL('../schema/record.json', import.meta.url);
// Short lists on one line, as the formatter has them.
const text = `${JSON.stringify(recordSchema(), null, 2).replace(/\[[^[\]{}]{0,80}\]/g, (list) => list.replace(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'))}\n`;

if (process.argv.includes('--check')) {
  if (text !== current()) {
    console.error('schema/record.json is stale. Run `npm run docs`.');
    process.exitCode = 1;
  }
} else {
  mkdirSync(new URL('.', FILE), { recursive: true });
  writeFileSync(FILE, text);
}

function current() {
  try {
    return readFileSync(FILE, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}

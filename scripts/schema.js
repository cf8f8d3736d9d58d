// Writes schema/record.json from the fields of a record, as the sources have them. With --check it writes nothing and fails when
// the file is stale.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const FILE = new URL('../schema/record.json', import.meta.url);
const bundle = await rolldown({ input: fileURLToPath(new URL('../src/record/record-schema.ts', import.meta.url)) });
const { output } = await bundle.generate({ format: 'esm' });
const { recordSchema } = await import(`data:text/javascript,${encodeURIComponent(output[0].code)}`);

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

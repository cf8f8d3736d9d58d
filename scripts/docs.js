// Writes docs/events.md from the event registry of the build. With --check it writes nothing and fails when the page is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { eventInfo, eventsByCategory, standardEvents } from 'crucible-telemetry';

const PAGE = new URL('../docs/events.md', import.meta.url);

const TITLES = {
  llm: 'Language models',
  training: 'Training',
  deployment: 'Deployment',
  framework: 'Pipelines',
  ensemble: 'Ensembles',
  hedging: 'Hedging',
  trace: 'Causal traces',
  tool: 'Tools',
  eval: 'Evaluation',
};

const INTRO = `# Standard events

<!-- Written by scripts/docs.js from src/events/catalog. Change the catalog, then run \`npm run docs\`. -->

The names, measurements and metadata that the library knows. Every field is optional. The compiler checks them where the name
is a literal: measurements are closed, so a misspelt one is an error; metadata takes further keys of your own. An event with any
other name is free, and stored like these.

A \`duration\` is a number of milliseconds or a bigint of nanoseconds. A \`timestamp\` is a number or a bigint in its unit. Events marked
**request** make the headline numbers of an experiment.

Your own events become known through \`defineEvent\`, and to the compiler by augmenting \`EventMap\`:

\`\`\`ts
import { defineEvent, type EventShape, type StandardEventMap } from 'crucible-telemetry';

const retrieval = defineEvent('my_app.retrieval.stop', {
  category: 'retrieval',
  description: 'A retrieval ended.',
  fields: {
    measurements: {
      duration: { type: 'duration', unit: 'ms', description: 'How long it took.' },
      documents: { type: 'integer', unit: 'documents', description: 'Documents found.' },
    },
    metadata: { index: { type: 'string', description: 'The index that was searched.' } },
  },
});

declare module 'crucible-telemetry' {
  interface EventMap {
    'my_app.retrieval.stop': EventShape<typeof retrieval>;
    // A metric of your own in a standard event:
    'crucible_train.epoch.stop': {
      measurements: StandardEventMap['crucible_train.epoch.stop']['measurements'] & { f1?: number };
      metadata: StandardEventMap['crucible_train.epoch.stop']['metadata'];
    };
  }
}
\`\`\`
`;

const infos = standardEvents().map((name) => eventInfo(name));
const [first, ...others] = infos;
const common = Object.entries(first.fields.metadata).filter(([key, field]) =>
  others.every((info) => JSON.stringify(info.fields.metadata[key]) === JSON.stringify(field)),
);
const commonKeys = new Set(common.map(([key]) => key));

const page = [
  INTRO,
  contents(),
  '## Every event\n',
  'Metadata that any event may carry. `sampleId`, `sessionId` and `userId` are stored under the names below.\n',
  table(common.flatMap(([key, field]) => rows(key, field))),
  ...Object.entries(eventsByCategory()).map(([category, names]) => section(category, names)),
].join('\n');

if (process.argv.includes('--check')) {
  if (page !== current()) {
    console.error('docs/events.md is stale. Run `npm run docs`.');
    process.exitCode = 1;
  }
} else {
  writeFileSync(PAGE, page);
}

function current() {
  try {
    return readFileSync(PAGE, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}

function contents() {
  const lines = ['| category | events |', '|---|---|'];
  for (const [category, names] of Object.entries(eventsByCategory())) {
    const links = names.map((name) => `[\`${name}\`](#${name.replaceAll('.', '')})`).join('<br>');
    lines.push(`| ${category} | ${links} |`);
  }
  return `${lines.join('\n')}\n`;
}

function section(category, names) {
  return [`## ${TITLES[category] ?? category}\n`, ...names.map((name) => event(eventInfo(name)))].join('\n');
}

function event({ name, description, request, fields }) {
  const own = Object.entries(fields.metadata).filter(([key]) => !commonKeys.has(key));
  return [
    `### ${name}\n`,
    `${description}${request ? ' **request**' : ''}\n`,
    '**Measurements**\n',
    table(Object.entries(fields.measurements).flatMap(([key, field]) => rows(key, field))),
    ...(own.length === 0 ? [] : ['**Metadata**\n', table(own.flatMap(([key, field]) => rows(key, field)))]),
  ].join('\n');
}

function rows(path, field) {
  const type = [field.type].flat().join(' or ');
  const inner = Object.entries(field.fields ?? {}).flatMap(([key, each]) => rows(`${path}.${key}`, each));
  return [`| \`${path}\` | ${type} | ${field.unit ?? ''} | ${field.description} |`, ...inner];
}

function table(lines) {
  return `| field | type | unit | |\n|---|---|---|---|\n${lines.join('\n')}\n`;
}

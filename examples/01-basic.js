// @ts-check
// The whole way once: start an experiment, run something in it, read what was captured, export it.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCrucible, telemetry } from 'crucible-telemetry';
import { ms, percent, printTable } from './lib/table.js';

// The work: tell the language of a sentence by its most frequent small words.
/** @type {Record<string, string[]>} */
const SMALL_WORDS = {
  en: ['the', 'of', 'and', 'to', 'is', 'that', 'was'],
  de: ['der', 'die', 'das', 'und', 'ist', 'nicht', 'ein'],
  fr: ['le', 'la', 'les', 'et', 'est', 'une', 'pas'],
};
const sentences = [
  { id: 's1', text: 'The sum of the parts is not the whole.', language: 'en' },
  { id: 's2', text: 'Das Ganze ist nicht die Summe der Teile.', language: 'de' },
  { id: 's3', text: 'La somme des parties est une chose, le tout une autre.', language: 'fr' },
  { id: 's4', text: 'It was the best of times.', language: 'en' },
  { id: 's5', text: 'Rien ne sert de courir.', language: 'fr' },
];

// What a library of yours does: it tells the process-wide bus what happens, and knows nothing of experiments.
/** @param {string} text */
function classify(text) {
  const metadata = { model_name: 'small-words', model_version: '1', input_size: text.length };
  return telemetry.span('crucible_deployment.inference', metadata, (span) => {
    const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
    const found = Object.entries(SMALL_WORDS)
      .map(([language, known]) => ({ language, count: words.filter((word) => known.includes(word)).length }))
      .sort((a, b) => b.count - a.count)[0];
    span.annotate({ response: found?.language });
    return found?.language;
  });
}

const lab = createCrucible();
const experiment = await lab.startExperiment({
  name: 'language-by-small-words',
  condition: 'small-words',
  hypothesis: 'Seven small words tell a language in four sentences of five.',
  tags: ['example'],
  sampleSize: sentences.length,
});

// What is emitted inside a run comes to this experiment and no other; sample_id is inherited by everything inside.
for (const { id, text, language } of sentences) {
  experiment.run(
    () => {
      const answer = classify(text);
      experiment.score('exact_match', answer === language);
    },
    { sample_id: id },
  );
}
await experiment.stop();

console.log('The records of one sentence:\n');
const rows = [];
for await (const record of experiment.records({ where: { sample_id: 's2' } })) {
  const { event_name, latency_ms, success, metadata, measurements } = record;
  rows.push({
    event_name,
    latency: ms(latency_ms),
    success: String(success),
    response: String(metadata.response ?? '–'),
    score: String(measurements.score ?? '–'),
  });
}
printTable(rows);

const { summary, latency, reliability, scores } = await experiment.metrics();
console.log(
  `\n${summary.total_events} events, ${summary.sample_size?.observed} of ${summary.sample_size?.target} samples`,
);
console.log(`inference   p50 ${ms(latency.p50)}, p95 ${ms(latency.p95)}, success ${percent(reliability.success_rate)}`);
console.log(`exact match ${percent(scores.exact_match?.mean ?? null)} of ${scores.exact_match?.count}`);

const { emitted, stored, sampled_out, dropped } = experiment.ledger();
const lost = Object.values(dropped).reduce((sum, count) => sum + count);
console.log(`ledger      ${emitted} emitted = ${stored} stored + ${sampled_out} sampled out + ${lost} dropped`);

const folder = await mkdtemp(join(tmpdir(), 'crucible-example-'));
const file = await experiment.export('csv', { path: join(folder, 'languages.csv') });
console.log(`\nExported ${file.rows} rows, ${file.bytes} bytes. The heading:`);
console.log(`  ${(await readFile(file.path, 'utf8')).split('\n')[0]}`);
await rm(folder, { recursive: true });
await lab.close();

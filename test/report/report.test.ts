import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { all, type Node, parseHtml, tableOf, text } from './parse-html.ts';
import { freshLab, twoArms } from './studies.ts';

const folder = mkdtempSync(join(tmpdir(), 'crucible-report-'));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

async function studyPage(): Promise<Node> {
  const lab = freshLab();
  await twoArms(lab, { hypothesis: 'B is slower' });
  return parseHtml((await lab.report({ study: 's' }, { format: 'html', margin: { latency_ms: 0.1 } })).text);
}

describe('the report of a study', () => {
  it('says in this order what was found, planned, lost, measured and done', async () => {
    const page = await studyPage();
    expect(all(page, 'h1').map(text)).toEqual(['Study s']);
    expect(all(page, 'h2').map(text)).toEqual([
      'Plan and outcome',
      'Findings',
      'Design',
      'Data quality',
      'Differences',
      'Latency',
      'Training',
      'Experiments',
      'Methods',
      'How to repeat it',
    ]);
    expect(text(all(page, 'header')[0]!)).toContain('2 experiments, 90 events. Written 2026-01-31 12:00:00Z');
  });

  it('gives the verdicts, numbers and reasons of the comparison', async () => {
    const lab = freshLab();
    await twoArms(lab);
    const { text: html, comparison } = await lab.report({ study: 's' }, { format: 'html' });
    expect(comparison).toEqual(await lab.compare({ study: 's' }));
    const page = parseHtml(html);
    const metrics = Object.values(comparison!.comparisons[0]!.metrics);
    const findings = tableOf(page, 'Verdicts on primary metrics');
    expect(findings.map(([metric]) => metric)).toEqual(metrics.map(({ metric }) => metric));
    for (const [i, metric] of metrics.entries()) {
      expect(findings[i]![2]).toMatch(new RegExp(`${metric.verdict}$`));
      expect(findings[i]![6]).toContain(metric.verdict_reason);
    }
    expect(findings[0]!.slice(0, 5)).toEqual(['latency_ms', 'treatment', '▼ worse', '×2', '2 to 2']);
    const words = text(page);
    for (const { metric, methods } of metrics) expect(words).toContain(methods.slice(metric.length));
    for (const { id } of comparison!.arms.flatMap(({ experiments }) => experiments)) expect(words).toContain(id);
  });

  it('shows beside an estimate the means it is taken of, not those of whole arms', async () => {
    const lab = freshLab();
    await twoArms(lab);
    const { text: html, comparison } = await lab.report({ study: 's' }, { format: 'html' });
    const { means, estimate, arms } = comparison!.comparisons[0]!.metrics.latency_ms!;
    expect(means.treatment! / means.baseline!).toBeCloseTo(estimate!, 12);
    expect(means.baseline).not.toBeCloseTo(arms.baseline.p50!, 1);
    const row = tableOf(parseHtml(html), 'Estimates').find(([metric]) => metric === 'latency_ms')!;
    expect(row.slice(2, 5)).toEqual([`${Math.round(means.baseline!)} ms`, `${Math.round(means.treatment!)} ms`, '×2']);
  });

  it('says once what was done alike', async () => {
    const lab = freshLab();
    await twoArms(lab);
    await twoArms(lab, { ids: ['third', 'fourth'], conditions: ['more', 'most'] });
    const { text: markdown } = await lab.report({ study: 's' });
    const methods = markdown.slice(markdown.indexOf('## Methods'), markdown.indexOf('### References'));
    const items = methods.split('\n').filter((line) => line.startsWith('- '));
    expect(new Set(items).size).toBe(items.length);
    expect(items.filter((item) => item.includes('latency_ms')).length).toBe(2);
    expect(methods).toMatch(/^- latency_ms \(treatment; most\): /m);
  });

  it('tells the plan, the ledger and what is missing by cause', async () => {
    const page = await studyPage();
    const plan = Object.fromEntries(
      all(page, 'dl')
        .flatMap((list) => all(list, 'div'))
        .map((pair) => [text(all(pair, 'dt')[0]!), text(all(pair, 'dd')[0]!)]),
    );
    expect(plan).toMatchObject({
      Hypothesis: 'B is slower',
      Baseline: 'control',
      'Margins of equivalence': 'latency_ms 0.1',
      'Node.js': `${process.versions.node}, ${process.platform} ${process.arch}`,
    });
    expect(plan['Costs from']).toMatch(/^genai-prices@\d/);
    expect(tableOf(page, 'Ledger')).toEqual([
      ['one', 'control', 'run-0', 'stopped', '45', '45', '0', '0', '–'],
      ['two', 'treatment', 'run-1', 'stopped', '45', '45', '0', '0', '–'],
    ]);
    const latency = tableOf(page, 'Items without a value').find(([metric]) => metric === 'latency_ms');
    expect(latency?.slice(1, 4)).toEqual(['treatment', '–', 'failed 3']);
  });

  it('counts what was dropped by its reason', async () => {
    const lab = freshLab();
    const [first] = await twoArms(lab, { stop: false });
    await first!.pause();
    first!.execute('app.tick');
    await first!.resume();
    const page = parseHtml((await lab.report({ study: 's' }, { format: 'html' })).text);
    expect(tableOf(page, 'Ledger')[0]).toEqual([
      'one',
      'control',
      'run-0',
      'running',
      '46',
      '45',
      '0',
      '1',
      'paused 1',
    ]);
  });

  it('draws a forest plot, distributions and curves with names and descriptions', async () => {
    const page = await studyPage();
    const titles = all(page, 'svg').map((svg) => text(all(svg, 'title')[0]!));
    expect(titles).toEqual([
      'treatment against control',
      'Latency of req_llm.request',
      'loss by epoch',
      'logged.reward by step',
    ]);
    const loss = all(page, 'svg')[2]!;
    expect(text(all(loss, 'desc')[0]!)).toBe(
      'one (control): from 1 at 1 to 0.2 at 5. two (treatment): from 0.5 at 1 to 0.1667 at 5.',
    );
    expect(text(all(all(page, 'svg')[1]!, 'desc')[0]!)).toContain('control: half of the requests took at most');
  });

  it('tells one last loss of a run with batches and epochs, and whose it is', async () => {
    const run = await freshLab().startExperiment({ name: 'sgd' });
    for (let epoch = 1; epoch <= 3; epoch++) {
      run.execute('crucible_train.epoch.stop', { loss: 1 / epoch }, { epoch });
      run.execute('crucible_train.batch.stop', { loss: 7 }, { epoch });
    }
    const words = text(parseHtml((await run.report({ format: 'html' })).text));
    expect(words).toContain('from 1 at 1 to 0.3333 at 3.');
    expect(words).toContain('From crucible_train.epoch; an epoch that it says nothing of');
    expect(words).toContain('last values of training (loss of crucible_train.epoch)');
    expect(words).toContain('loss 0.3333');
    expect(words).not.toContain('loss 7');
  });

  it('draws by step the source that the numbers are of, and no other', async () => {
    const run = await freshLab().startExperiment({ name: 'sgd' });
    for (let step = 1; step <= 3; step++) {
      run.execute('crucible_train.batch.stop', { loss: 1 / step }, { step });
      run.execute('crucible_train.checkpoint.saved', { loss: 50 }, { step });
    }
    const words = text(parseHtml((await run.report({ format: 'html' })).text));
    expect(words).toContain('from 1 at 1 to 0.3333 at 3.');
    expect(words).toContain('From crucible_train.batch.');
    expect(words).not.toMatch(/to 50|loss 50/);
  });

  it('says of a run that diverged where it did', async () => {
    const lab = freshLab();
    const run = await lab.startExperiment({ name: 'sgd' });
    for (let epoch = 1; epoch <= 20; epoch++) {
      run.execute('crucible_train.epoch.stop', { loss: epoch < 16 ? 1 / epoch : Number.NaN }, { epoch });
      await run.logMetric('val_loss', epoch < 11 ? 1 / epoch : Number.NaN, { step: 10 * epoch });
    }
    const words = text(parseHtml((await run.report({ format: 'html' })).text));
    expect(words).toContain('from 1 at 1 to 0.06667 at 15, diverged at 16: no finite value from there on.');
    expect(words).toContain('from 1 at 10 to 0.1 at 100, diverged at 110: no finite value from there on.');
    expect(words).toContain('Diverged: sgd at 16.');
  });

  it('cites the literature of the methods it used, and no other', async () => {
    const words = text(await studyPage());
    expect(words).toContain('Scandinavian Journal of Statistics, 6(2), 65–70.');
    expect(words).toContain('Schuirmann, D. J. (1987)');
    expect(words).not.toContain('Benjamini');
    // Nothing was rearranged at random.
    expect(words).not.toContain('Phipson');
    expect(words).not.toContain('confidence sequences. The Annals');
  });

  it('says the same in Markdown', async () => {
    const lab = freshLab();
    await twoArms(lab);
    const { text: markdown, format } = await lab.report({ study: 's' });
    const page = parseHtml((await lab.report({ study: 's' }, { format: 'html' })).text);
    expect(format).toBe('markdown');
    const headings = [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, title]) => title);
    expect(headings).toEqual(
      all(page, '*')
        .filter(({ name }) => /^h\d$/.test(name))
        .map(text),
    );
    const captions = [...markdown.matchAll(/^\*\*(.*)\*\*$/gm)].map(([, title]) => title);
    expect(captions).toEqual(all(page, 'caption').map(text));
    const ledger = tableOf(page, 'Ledger').map((row) => `| ${row.join(' | ')} |`);
    expect(markdown).toContain(ledger.join('\n'));
    expect(markdown).toMatch(/^latency_ms .*●/m);
  });

  it('is the same text for the same data', async () => {
    const texts = [];
    for (let i = 0; i < 2; i++) {
      const lab = freshLab();
      await twoArms(lab);
      texts.push((await lab.report({ study: 's' }, { format: 'html' })).text);
    }
    expect(texts[0]).toBe(texts[1]);
  });
});

describe('a report before the end, of little, or of nothing', () => {
  it('calls running experiments interim and gives no p for a fixed size', async () => {
    const lab = freshLab();
    await twoArms(lab, { stop: false });
    const page = parseHtml((await lab.report({ study: 's' }, { format: 'html' })).text);
    const note = all(page, 'p').find(({ attributes }) => attributes.class === 'note');
    expect(text(note!)).toMatch(/^Interim: one \(run-0\) is running\. two \(run-1\) is running\./);
    expect(text(page)).toContain('Anytime p');
    expect(text(page)).toContain('confidence sequences. The Annals of Statistics');
  });

  it('names experiments without events and finds nothing in them', async () => {
    const lab = freshLab();
    for (const condition of ['a', 'b']) {
      await (await lab.startExperiment({ id: condition, name: condition, study: 's', condition })).stop();
    }
    const page = parseHtml((await lab.report({ study: 's' }, { format: 'html' })).text);
    expect(text(page)).toContain('There are no events of a (a), b (b).');
    expect(text(page)).toContain('No primary metric has values to compare.');
    expect(all(page, 'svg')).toEqual([]);
    expect(text(page)).not.toMatch(/NaN|undefined|null|Infinity/);
  });

  it('describes a single experiment and concludes nothing', async () => {
    const lab = freshLab();
    const [, second] = await twoArms(lab);
    const { text: html, comparison } = await second!.report({ format: 'html', title: 'Only two' });
    const page = parseHtml(html);
    expect(comparison).toBeNull();
    expect(all(page, 'h1').map(text)).toEqual(['Only two']);
    expect(all(page, 'h2').map(text)).not.toContain('Differences');
    expect(text(page)).toContain('nothing is compared, so nothing is concluded');
    // R 4: prop.test(37, 40, correct = FALSE)$conf.int is 0.8013577 to 0.9741640.
    expect(text(page)).toContain('92.5 % (95 %: 80.14 % to 97.42 %)');
  });

  it('keeps experiments of one name apart', async () => {
    const lab = freshLab();
    for (const id of ['x-1', 'x-2']) {
      const experiment = await lab.startExperiment({ id, name: 'same', study: 's' });
      experiment.execute('req_llm.request.stop', { duration: id === 'x-1' ? 10 : 20 }, { sample_id: 'q' });
      await experiment.stop();
    }
    const page = parseHtml((await lab.report({ study: 's' }, { format: 'html' })).text);
    expect(tableOf(page, 'Arms').map(([arm]) => arm)).toEqual(['same (x-1)', 'same (x-2)']);
    expect(text(all(page, 'desc').at(-1)!)).toContain('same (x-2): half of the requests took at most 20 ms');
  });

  it('refuses what cannot be reported, and says what to do', async () => {
    const lab = freshLab();
    const [only] = await twoArms(lab);
    const code = (promise: Promise<unknown>) => promise.then(String, ({ code: own }: { code: string }) => own);
    expect(await code(lab.report([only!.id]))).toBe('nothing_to_compare');
    expect(await code(lab.report({ study: 'none' }))).toBe('experiment_not_found');
    expect(await code(lab.report(['gone', only!.id]))).toBe('experiment_not_found');
    expect(await code(lab.report({ study: 's' }, { path: join(folder, 'report.pdf') }))).toBe('unknown_format');
    expect(await code(lab.report({ study: 's' }, { format: 'pdf' as 'html' }))).toBe('unknown_format');
    expect(await code(lab.report({ study: 's' }, { baselin: 'control' } as object))).toBe('invalid_argument');
    expect(await code(lab.report({ study: 's' }, { title: ' ' }))).toBe('invalid_argument');
    expect(await code(only!.report({ alpha: 0.1 } as object))).toBe('invalid_argument');
    expect(await code(lab.report({ study: 's' }, { path: folder, format: 'html' }))).toBe('path_unwritable');
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('the file of a report', () => {
  it('is replaced as a whole, in the format of its name or the one that was asked for', async () => {
    const lab = freshLab();
    await twoArms(lab);
    const path = join(folder, 'made', 'r.htm');
    const html = await lab.report({ study: 's' }, { path });
    expect(html).toMatchObject({ path, format: 'html' });
    expect(readFileSync(path, 'utf8')).toBe(html.text);
    writeFileSync(path, 'x'.repeat(1e6));
    const markdown = await lab.report({ study: 's' }, { path, format: 'markdown' });
    expect(readFileSync(path, 'utf8')).toBe(markdown.text);
    expect(readdirSync(join(folder, 'made'))).toEqual(['r.htm']);
  });
});

import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { CompareOptions } from '../analysis/comparison/compare-options.ts';
import type { ExperimentComparison } from '../analysis/comparison/comparison-result.ts';
import type { HypothesisAnalysis } from '../analysis/hypothesis/analyze.ts';
import { CrucibleError, show } from '../core/errors.ts';
import { requireOptions } from '../core/options.ts';
import { replaceFile } from '../engine/replace-file.ts';
import type { ExperimentState } from '../stores/experiment-state.ts';
import { type ReportFrame, readReport } from './data/read-report.ts';
import type { ReportSource } from './data/report-data.ts';
import { toHtml } from './document/html.ts';
import { toMarkdown } from './document/markdown.ts';
import { reportDocument } from './report-document.ts';

export type ReportFormat = 'markdown' | 'html';

/** What a report is written to and called. */
export interface ReportOptions {
  /** The file to write; what was there is replaced as a whole. Default: none, the text is only returned. */
  readonly path?: string | undefined;
  /** Default: what the name of the file says (`.html`, `.htm`, `.md`, `.markdown`); `markdown` without a file. */
  readonly format?: ReportFormat | undefined;
  /** Default: the study, the arms or the name of the experiment. */
  readonly title?: string | undefined;
}

/** The same for several experiments, with the options of their comparison. */
export interface ComparisonReportOptions extends ReportOptions, CompareOptions {}

/** A report that was written. */
export interface Report {
  readonly format: ReportFormat;
  /** null where no file was asked for. */
  readonly path: string | null;
  /** The whole report: a Markdown text or one HTML file that needs nothing else. */
  readonly text: string;
  /** The comparison that it reports; null for one experiment. */
  readonly comparison: ExperimentComparison | null;
  /** The outcome of the hypothesis that it reports; null where none was planned that can be tested. */
  readonly analysis: HypothesisAnalysis | null;
}

const EXTENSIONS: Readonly<Record<string, ReportFormat>> = {
  '.html': 'html',
  '.htm': 'html',
  '.md': 'markdown',
  '.markdown': 'markdown',
};

/** Reports on one experiment: describes it and concludes nothing. Rejects as `reportComparison` does. */
export function reportExperiment(source: ReportSource, options: ReportOptions, now: number): Promise<Report> {
  requireOptions('report', options, ['path', 'format', 'title']);
  return report([source], options, {}, { now, alone: true, study: [] });
}

/**
 * Compares experiments and reports what came of it. Rejects as `compareExperiments` does, with `unknown_format` for a file whose name says no
 * format, and with `path_unwritable`.
 */
export function reportComparison(
  sources: readonly ReportSource[],
  { path, format, title, ...compareOptions }: ComparisonReportOptions,
  now: number,
  study: readonly ExperimentState[] = [],
): Promise<Report> {
  return report(sources, { path, format, title }, compareOptions, { now, alone: false, study });
}

async function report(
  sources: readonly ReportSource[],
  { path, format, title }: ReportOptions,
  options: CompareOptions,
  frame: ReportFrame,
): Promise<Report> {
  const chosen = formatOf(path, format);
  if (title !== undefined && (typeof title !== 'string' || title.trim() === '')) {
    throw new CrucibleError('invalid_argument', `title is ${show(title)}.`, {
      hint: 'Give some text, or leave it out.',
    });
  }
  const data = await readReport(sources, options, { title, ...frame });
  const document = reportDocument(data);
  const text = chosen === 'html' ? toHtml(document) : toMarkdown(document);
  if (path !== undefined) await replaceFile(path, (draft) => writeFile(draft.path, text));
  return { format: chosen, path: path ?? null, text, comparison: data.comparison, analysis: data.analysis };
}

function formatOf(path: unknown, format: unknown): ReportFormat {
  if (path !== undefined && (typeof path !== 'string' || path === '')) {
    throw new CrucibleError('invalid_argument', `path is ${show(path)}.`, {
      hint: "Give the path of a file: 'report.html'.",
    });
  }
  if (format === 'html' || format === 'markdown') return format;
  if (format !== undefined) {
    throw new CrucibleError('unknown_format', `There is no report format ${show(format)}.`, {
      hint: 'It is html or markdown.',
    });
  }
  if (path === undefined) return 'markdown';
  const found = EXTENSIONS[extname(path).toLowerCase()];
  if (found) return found;
  throw new CrucibleError('unknown_format', `The name ${show(path)} says no report format.`, {
    hint: "Name it .html or .md, or give format: 'html' or 'markdown'.",
  });
}

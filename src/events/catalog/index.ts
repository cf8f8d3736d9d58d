import type { Catalog, StandardCategory } from '../definition.ts';
import { deployment } from './deployment.ts';
import { ensemble } from './ensemble.ts';
import { evaluation } from './eval.ts';
import { framework } from './framework.ts';
import { hedging } from './hedging.ts';
import { llm } from './llm.ts';
import { tool } from './tool.ts';
import { trace } from './trace.ts';
import { training } from './training.ts';

/** The standard events by category. Annotated, so that the declaration file does not repeat the definitions. */
export const catalog: Readonly<Record<StandardCategory, Catalog>> = {
  llm,
  training,
  deployment,
  framework,
  ensemble,
  hedging,
  trace,
  tool,
  eval: evaluation,
};

import { llm } from './llm.ts';
export const catalog = { ...llm } as const;

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { pino } from 'pino';
import { Counter, Histogram, Registry } from 'prom-client';
import { temporaryFolder } from './temporary-folder.js';

/** A tracer whose ended spans are kept in memory. */
export function openTelemetry() {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  return { exporter, tracer: provider.getTracer('bench') };
}

/** A logger that serialises each line and throws it away. */
export function discardingPino() {
  return pino({ base: null }, { write: () => undefined });
}

/** A logger that writes each line to a file before it returns. `close` removes the file. */
export function filePino() {
  const folder = temporaryFolder();
  const destination = pino.destination({ dest: join(folder, 'pino.jsonl'), sync: true });
  const close = () => {
    destination.end();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  };
  return { logger: pino({ base: null }, destination), close };
}

/** A histogram and two counters, by provider and model. */
export function prometheus() {
  const registers = [new Registry()];
  const labelNames = ['provider', 'model'];
  return {
    latency: new Histogram({ name: 'llm_request_duration_ms', help: 'latency', labelNames, registers }),
    requests: new Counter({ name: 'llm_requests_total', help: 'requests', labelNames, registers }),
    tokens: new Counter({ name: 'llm_tokens_total', help: 'tokens', labelNames, registers }),
  };
}

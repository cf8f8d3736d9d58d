// Checked by `tsc --noEmit`: a line that should fail and does not is an error, and so is the reverse.

import { defineEvent } from '../../src/events/registry.ts';
import type { EventShape, MeasurementsOf, Metadata, MetadataOf } from '../../src/events/types.ts';

declare function execute<N extends string>(name: N, measurements: MeasurementsOf<N>, metadata?: MetadataOf<N>): void;
declare function execute(
  name: readonly string[],
  measurements: MeasurementsOf<string>,
  metadata?: MetadataOf<string>,
): void;

const rerank = defineEvent('type_test.rerank.stop', {
  category: 'retrieval',
  description: 'A list was put in order.',
  fields: {
    measurements: { duration: { type: 'duration', unit: 'ms', description: 'How long it took.' } },
    metadata: { order: { type: ['string', 'array'], description: 'The order.' } },
  },
});

const bare = defineEvent('type_test.bare', { category: 'retrieval', description: 'No fields are known.' });

declare module '../../src/events/event-map.ts' {
  interface EventMap {
    'type_test.retrieval.stop': {
      measurements: { duration?: number; documents: number };
      metadata: { index?: string };
    };
    'type_test.rerank.stop': EventShape<typeof rerank>;
    'type_test.bare': EventShape<typeof bare>;
    'crucible_train.batch.stop': {
      measurements: StandardEventMap['crucible_train.batch.stop']['measurements'] & { f1?: number };
      metadata: StandardEventMap['crucible_train.batch.stop']['metadata'];
    };
  }
}

interface Timing {
  duration: number;
}
interface WrongTiming {
  duration: string;
}
interface Tenant {
  tenant: string;
}
interface Request extends Tenant {
  model: string;
}
declare const timing: Timing;
declare const wrongTiming: WrongTiming;
declare const tenant: Tenant;
declare const request: Request;
declare const logs: Record<string, number>;
declare const passedOn: Metadata;
declare const maybe: number | undefined;
declare const anyName: string;
declare const eitherName: 'req_llm.request.stop' | 'type_test.free';

// A known name takes its own fields, from literals, interfaces and records of numbers.
execute('req_llm.request.stop', {});
execute(
  'req_llm.request.stop',
  { duration: 153.2 },
  { model: 'gpt-4o', tokens: { prompt: 150, completion: 300, total: 450 } },
);
execute('req_llm.request.stop', { duration: 153_200_000n, cost_usd: null, input_tokens: maybe });
execute('req_llm.request.stop', timing, request);
execute(
  'req_llm.request.exception',
  { duration: 1 },
  { kind: 'error', reason: new Error('late'), error: 'late', status: 429 },
);
execute('crucible_train.epoch.stop', logs);
execute('crucible_train.epoch.stop', { epoch: 1, loss: 0.4, val_accuracy: 0.9 }, { epoch: 1, optimizer: 'adam' });
execute('crucible_deployment.inference.stop', { input_size: 784 }, { model_name: 'mnist', model_version: 3 });
execute('eval.score.recorded', { score: 1 }, { name: 'exact_match', sample_id: 17 });

// Metadata takes further keys.
execute('req_llm.request.stop', { duration: 1 }, { model: 'gpt-4o', tenant: 'a', nested: { deep: [1] } });
execute('req_llm.request.stop', { duration: 1 }, { tenant: 'a' });
execute('req_llm.request.stop', { duration: 1 }, tenant);
execute('req_llm.request.stop', { duration: 1 }, passedOn);

// Wrong types and misspelt measurements of a known name are errors.
// @ts-expect-error a duration is a number or a bigint
execute('req_llm.request.stop', { duration: '153 ms' });
// @ts-expect-error there is no such measurement
execute('req_llm.request.stop', { duraton: 153.2 });
// @ts-expect-error there is no such measurement, whatever else is right
execute('crucible_train.epoch.stop', { loss: 0.4, acuracy: 0.9 });
// @ts-expect-error the interface has the wrong type
execute('req_llm.request.stop', wrongTiming);
// @ts-expect-error a model is named by text
execute('req_llm.request.stop', {}, { model: 4 });
// @ts-expect-error a known field is checked among keys that are free
execute('req_llm.request.stop', {}, { tenant: 'a', model: 4 });
// @ts-expect-error the fields inside tokens are closed
execute('req_llm.request.stop', {}, { tokens: { promt: 150 } });
// @ts-expect-error the fields inside tokens are numbers
execute('req_llm.request.stop', {}, { tokens: { prompt: '150' } });
// @ts-expect-error measurements are an object
execute('req_llm.request.stop', 153.2);
// @ts-expect-error a number counts as score, a flag does not
execute('eval.score.recorded', { score: true });

// Names that the compiler does not know are free.
execute('type_test.free', { anything: 1, more: 'x' }, { whatever: new Map() });
execute('type_test.free', timing, tenant);
execute(anyName, { anything: 1 }, { whatever: true });
execute(['req_llm', 'request', 'stop'], { anything: 1 }, { whatever: true });
execute(eitherName, { duration: 1 });
// @ts-expect-error measurements are an object under any name
execute('type_test.free', 4);

// Names that the user added are checked, those that define a metric of their own in a standard event too.
execute('type_test.retrieval.stop', { duration: 3, documents: 4 }, { index: 'wiki', tenant: 'a' });
execute('type_test.rerank.stop', { duration: 3n }, { order: ['b', 'a'], tenant: 'a' });
execute('type_test.bare', { anything: 1 }, { whatever: true });
execute('crucible_train.batch.stop', { loss: 0.3, f1: 0.8 }, { epoch: 2, tenant: 'a' });
// @ts-expect-error documents are required
execute('type_test.retrieval.stop', { duration: 3 });
// @ts-expect-error there is no such measurement
execute('type_test.retrieval.stop', { documents: 4, document: 4 });
// @ts-expect-error the index is named by text
execute('type_test.retrieval.stop', { documents: 4 }, { index: 4 });
// @ts-expect-error there is no such measurement
execute('type_test.rerank.stop', { duraton: 3 });
// @ts-expect-error the order is text or a list
execute('type_test.rerank.stop', {}, { order: 4 });
// @ts-expect-error the standard fields stay closed
execute('crucible_train.batch.stop', { f2: 0.8 });
// @ts-expect-error the standard fields stay typed
execute('crucible_train.batch.stop', { loss: 'low' });

// Definitions are checked.
// @ts-expect-error a description is required
defineEvent('type_test.wrong', { category: 'retrieval' });
defineEvent('type_test.wrong', {
  category: 'retrieval',
  description: 'A type that there is not.',
  // @ts-expect-error there is no such type
  fields: { metadata: { index: { type: 'text', description: 'The index.' } } },
});
defineEvent('type_test.wrong', {
  category: 'retrieval',
  description: 'A field in neither group.',
  // @ts-expect-error fields are grouped by measurements and metadata
  fields: { index: { type: 'string', description: 'The index.' } },
});

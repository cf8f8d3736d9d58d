import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type Bus, createBus } from '../../src/bus/bus.ts';
import { names, record, type Seen, turn } from './recorder.ts';

const SPAN_ID = /^[0-9a-f]{16}$/;
const TRACE_ID = /^[0-9a-f]{32}$/;

function setUp(): { bus: Bus; seen: Seen[] } {
  const bus = createBus();
  return { bus, seen: record(bus) };
}

function ids({ metadata }: Seen) {
  return { trace: metadata.trace_id, span: metadata.span_id, parent: metadata.parent_span_id };
}

describe('span ids', () => {
  test('are those OpenTelemetry uses, one set on both events, told to the function', () => {
    const { bus, seen } = setUp();
    bus.span('x', {}, (span) => {
      expect(span.trace_id).toMatch(TRACE_ID);
      expect(span.span_id).toMatch(SPAN_ID);
      expect(span.parent_span_id).toBeUndefined();
      expect(ids(seen[0]!)).toEqual({ trace: span.trace_id, span: span.span_id, parent: undefined });
    });
    expect(ids(seen[1]!)).toEqual(ids(seen[0]!));
    expect(seen[0]!.metadata).not.toHaveProperty('parent_span_id');
  });

  test('nested spans share the trace and know their parent, across awaits', async () => {
    const { bus, seen } = setUp();
    await bus.span('outer', {}, async () => {
      await sleep(1);
      await bus.span('middle', {}, async () => {
        await turn();
        bus.span('inner', {}, () => {});
      });
    });
    const of = (name: string) => ids(seen.find((event) => event.name === `${name}.start`)!);
    const [outer, middle, inner] = [of('outer'), of('middle'), of('inner')];
    expect(outer.parent).toBeUndefined();
    expect(middle.parent).toBe(outer.span);
    expect(inner.parent).toBe(middle.span);
    expect(new Set([outer.trace, middle.trace, inner.trace]).size).toBe(1);
    expect(new Set([outer.span, middle.span, inner.span]).size).toBe(3);
    for (const name of ['outer', 'middle', 'inner']) {
      expect(ids(seen.find((event) => event.name === `${name}.stop`)!)).toEqual(of(name));
    }
  });

  test('concurrent spans are not mixed up', async () => {
    const { bus, seen } = setUp();
    await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        bus.span('outer', { i }, async (outer) => {
          await sleep((i * 7) % 11);
          await bus.span('inner', { i }, async (inner) => {
            await sleep((i * 5) % 7);
            expect(inner.parent_span_id).toBe(outer.span_id);
            expect(inner.trace_id).toBe(outer.trace_id);
          });
        }),
      ),
    );
    for (let i = 0; i < 30; i++) {
      const own = seen.filter((event) => event.metadata.i === i);
      expect(names(own)).toEqual(['outer.start', 'inner.start', 'inner.stop', 'outer.stop']);
      expect(new Set(own.map((event) => event.metadata.trace_id)).size).toBe(1);
    }
    expect(new Set(seen.map((event) => event.metadata.trace_id)).size).toBe(30);
  });

  test('ids given at the start are used on all events and by the spans within', () => {
    const { bus, seen } = setUp();
    bus.span('outer', { trace_id: 't', span_id: 's', parent_span_id: 'p' }, (span) => {
      expect([span.trace_id, span.span_id, span.parent_span_id]).toEqual(['t', 's', 'p']);
      bus.span('inner', {}, () => {});
      bus.span('other', { parent_span_id: 'q' }, () => {});
    });
    expect(seen.filter((event) => event.name.startsWith('outer')).map(ids)).toEqual(
      Array(2).fill({ trace: 't', span: 's', parent: 'p' }),
    );
    expect(ids(seen[1]!)).toMatchObject({ trace: 't', parent: 's' });
    expect(ids(seen[3]!)).toMatchObject({ trace: 't', parent: 'q' });
  });

  test('an id that is no text: numbers become text, anything else is replaced', () => {
    const { bus, seen } = setUp();
    bus.span('x', { trace_id: 12, span_id: null, parent_span_id: undefined }, () => {});
    for (const event of seen) {
      expect(event.metadata.trace_id).toBe('12');
      expect(event.metadata.span_id).toMatch(SPAN_ID);
      expect(event.metadata.parent_span_id).toBeUndefined();
    }
  });
});

describe('frames', () => {
  test('start and stop belong to the frame around the span, the work to a frame of the same run', async () => {
    const { bus, seen } = setUp();
    const outer = { run: { id: 1 }, span: undefined };
    await bus.context.run(outer, () =>
      bus.span('x', {}, async (span) => {
        bus.execute('inside');
        await sleep(1);
        bus.execute('inside');
        expect(bus.context.current()).toEqual({ run: outer.run, span });
      }),
    );
    const [start, first, second, stop] = seen as [Seen, Seen, Seen, Seen];
    expect(start.frame).toBe(outer);
    expect(stop.frame).toBe(outer);
    expect(first.frame?.run).toBe(outer.run);
    expect(first.frame?.span?.span_id).toBe(start.metadata.span_id);
    expect(second.frame).toBe(first.frame);
  });

  test('stop belongs there even when all else has let go of the storage, and handlers run there too', async () => {
    const { bus, seen } = setUp();
    const outer = { run: { id: 1 }, span: undefined };
    const inHandler: unknown[] = [];
    bus.attach('h', 'x.stop', () => inHandler.push(bus.context.current()));
    let finish = () => {};
    let work: Promise<unknown> | undefined;
    bus.context.run(outer, () => {
      work = bus.span('x', {}, () => new Promise<void>((resolve) => (finish = resolve)));
    });
    finish();
    await work;
    expect(seen.at(-1)!.frame).toBe(outer);
    expect(inHandler).toEqual([outer]);
    await turn();
    expect(bus.context.active).toBe(false);
  });

  test('the storage is let go when the span is over', async () => {
    const { bus } = setUp();
    bus.span('x', {}, () => expect(bus.context.active).toBe(true));
    expect(bus.context.active).toBe(false);
    const work = bus.span('x', {}, () => sleep(5));
    expect(bus.context.active).toBe(true);
    await work;
    await turn();
    expect(bus.context.active).toBe(false);
  });
});

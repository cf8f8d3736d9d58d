import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RequestLeaves } from '../../src/record/request-leaves.ts';

interface Node {
  readonly request: boolean;
  readonly children: readonly Node[];
}

const tree = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.record({
    request: fc.boolean(),
    children: fc.oneof({ maxDepth: 4 }, fc.constant([]), fc.array(tie('node'), { maxLength: 3 })),
  }),
})).node;

function hasRequest(node: Node): boolean {
  return node.request || node.children.some(hasRequest);
}

test('of nested spans those requests are leaves that have no request inside', () => {
  fc.assert(
    fc.property(tree, (root) => {
      const leaves = new RequestLeaves();
      let id = 0;
      const end = (node: Node, parent: string | undefined): void => {
        const span = `s${id++}`;
        for (const child of node.children) end(child, span);
        expect(leaves.observe('trace', span, parent, node.request)).toBe(
          node.request && !node.children.some(hasRequest),
        );
      };
      end(root, undefined);
    }),
  );
});

test('an event without a span, inside a span that is a request, is the leaf', () => {
  const leaves = new RequestLeaves();
  expect(leaves.observe('trace', undefined, 'outer', true)).toBe(true);
  expect(leaves.observe('trace', 'outer', undefined, true)).toBe(false);
  expect(leaves.observe('trace', undefined, undefined, true)).toBe(true);
});

test('spans of different traces are different spans, whatever their ids', () => {
  const leaves = new RequestLeaves();
  expect(leaves.observe('one', '2', '1', true)).toBe(true);
  expect(leaves.observe('two', '1', undefined, true)).toBe(true);
  expect(leaves.observe('one', '1', undefined, true)).toBe(false);
});

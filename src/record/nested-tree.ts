import type { BatchSchema, NestedColumn } from './schema.ts';

/** One key among the nested columns of a schema. It may hold values in some records and further keys in others. */
export interface NestedNode {
  readonly keys: readonly string[];
  /** The key as JSON text, with its colon. */
  readonly prefix: string;
  column: NestedColumn | undefined;
  readonly children: NestedNode[];
  /** Whether a key somewhere below begins with `$`, as the tags of `toJsonText` do. */
  tagged: boolean;
}

interface Trees {
  columns: number;
  readonly measurements: NestedNode;
  readonly metadata: NestedNode;
}

const known = new WeakMap<BatchSchema, Trees>();

/** The nested columns of a schema as two trees, in the order in which they were met. */
export function nestedTrees(schema: BatchSchema): { readonly measurements: NestedNode; readonly metadata: NestedNode } {
  let trees = known.get(schema);
  if (!trees) {
    trees = { columns: 0, measurements: newNode([]), metadata: newNode([]) };
    known.set(schema, trees);
  }
  for (; trees.columns < schema.nested.length; trees.columns++) {
    const column = schema.nested[trees.columns]!;
    const root = trees[column.root];
    let node = root;
    for (let depth = 1; depth <= column.keys.length; depth++) {
      const keys = column.keys.slice(0, depth);
      if (keys.at(-1)!.startsWith('$')) root.tagged = true;
      let child = node.children.find((each) => each.keys.at(-1) === keys.at(-1));
      if (!child) {
        child = newNode(keys);
        node.children.push(child);
      }
      node = child;
    }
    node.column = column;
  }
  return trees;
}

function newNode(keys: readonly string[]): NestedNode {
  return {
    keys,
    prefix: `${JSON.stringify(keys.at(-1)?.toWellFormed() ?? '')}:`,
    column: undefined,
    children: [],
    tagged: false,
  };
}

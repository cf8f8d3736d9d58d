/** An element with its children: elements and texts, entities resolved. */
export interface Node {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (Node | string)[];
}

const VOID = new Set(['meta', 'br', 'wbr', 'hr', 'img', 'link', 'input']);
const RAW = new Set(['style', 'script']);
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const TAG = /<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/y;

/** Reads HTML that is written strictly: whatever a browser would have to repair is an error, and so is a bare `<` or `&`. */
export function parseHtml(html: string): Node {
  const root: Node = { name: '#root', attributes: {}, children: [] };
  const open: Node[] = [root];
  let at = html.startsWith('<!doctype html>\n') ? '<!doctype html>\n'.length : fail(html, 0, 'no doctype');
  while (at < html.length) {
    const inside = open.at(-1)!;
    if (html[at] !== '<' || RAW.has(inside.name)) {
      const next = RAW.has(inside.name) ? html.indexOf(`</${inside.name}>`, at) : html.indexOf('<', at);
      const end = next === -1 ? html.length : next;
      const text = html.slice(at, end);
      if (text !== '') inside.children.push(RAW.has(inside.name) ? text : resolved(text, at));
      at = end;
      if (!RAW.has(inside.name)) continue;
    }
    TAG.lastIndex = at;
    const tag = TAG.exec(html) ?? fail(html, at, 'no tag');
    at = TAG.lastIndex;
    const [, closes, name, attributes, empty] = tag as unknown as [string, string, string, string, string];
    if (closes) {
      if (open.pop()!.name !== name) fail(html, at, `</${name}> closes something else`);
      continue;
    }
    const given = [...attributes.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key, value]) => [
      key!,
      resolved(value!, at),
    ]);
    const element: Node = { name, attributes: Object.fromEntries(given) as Record<string, string>, children: [] };
    inside.children.push(element);
    if (!VOID.has(name) && empty === '') open.push(element);
  }
  if (open.length > 1) fail(html, at, `<${open.at(-1)!.name}> is not closed`);
  return root;
}

/** All elements of a name within, in the order of the document; of any name for `*`. */
export function all(node: Node, name: string): Node[] {
  return node.children.flatMap((child) =>
    typeof child === 'string' ? [] : [...(name === '*' || child.name === name ? [child] : []), ...all(child, name)],
  );
}

export function text(node: Node): string {
  return node.children.map((child) => (typeof child === 'string' ? child : text(child))).join('');
}

/** The cells of the body of a table by its caption, row by row. */
export function tableOf(root: Node, caption: string): string[][] {
  const table = all(root, 'table').find((each) => all(each, 'caption').some((own) => text(own).startsWith(caption)));
  if (!table) throw new Error(`no table ${caption}`);
  return all(all(table, 'tbody')[0]!, 'tr').map((row) =>
    row.children.filter((child) => typeof child !== 'string').map((cell) => text(cell).trim()),
  );
}

function resolved(words: string, at: number): string {
  return words.replace(/&([^;\s&]*;?)/g, (whole, body: string) => {
    const found = body.endsWith(';') ? ENTITIES[body.slice(0, -1)] : undefined;
    return found ?? fail(words, at, `a bare & in ${whole}`);
  });
}

function fail(html: string, at: number, why: string): never {
  throw new Error(`${why}: …${html.slice(Math.max(0, at - 60), at + 60)}…`);
}

import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument, type Node } from 'yaml';
import { reasonOf, type Report } from '../report.ts';

/** A value of a YAML file with its place: what cannot be carried over is named by its line. */
export interface Tree {
  /** Counted from 1. */
  readonly line: number;
  /** A scalar as text; null for anything else. */
  text(): string | null;
  /** The value as a person may read it: a scalar as it is, anything else as JSON. */
  shown(): string;
  get(key: string): Tree | null;
  /** The members of a map, in their order; empty for anything else. */
  entries(): readonly (readonly [string, Tree])[];
  /** The members of a list; a single value is a list of one, nothing is none. */
  items(): readonly Tree[];
  isList(): boolean;
  isMap(): boolean;
}

const MAX_DEPTH = 60;

/** Reads YAML (and with it JSON). Never throws; null where it is none, reported. */
export function readYaml(text: string, report: Report): Tree | null {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      schema: 'core',
      logLevel: 'silent',
      prettyErrors: false,
    });
    for (const error of document.errors) {
      report(lines.linePos(error.pos[0]).line, 'import', `not YAML: ${reasonOf(error)}`);
    }
    if (document.errors.length > 0 || document.contents === null) return null;
    const resolve = (node: unknown): Node | null => {
      const seen = isAlias(node) ? node.resolve(document) : node;
      return (seen ?? null) as Node | null;
    };
    return treeOf(document.contents, { resolve, lineOf: (at) => lines.linePos(at).line }, 1, 0);
  } catch (error) {
    report(1, 'import', `not readable as YAML: ${reasonOf(error)}`);
    return null;
  }
}

interface Source {
  readonly resolve: (node: unknown) => Node | null;
  readonly lineOf: (offset: number) => number;
}

function treeOf(raw: unknown, source: Source, parentLine: number, depth: number): Tree {
  const node = depth > MAX_DEPTH ? null : source.resolve(raw);
  const line = node?.range ? source.lineOf(node.range[0]) : parentLine;
  const child = (member: unknown, at: number): Tree => treeOf(member, source, at, depth + 1);
  const entries = (): readonly (readonly [string, Tree])[] =>
    isMap(node)
      ? node.items.map(({ key, value }) => {
          const range = isScalar(key) ? key.range : null;
          const at = range ? source.lineOf(range[0]) : line;
          return [isScalar(key) ? String(key.value) : '', child(value, at)] as const;
        })
      : [];
  const plain = (): string | null => {
    if (!isScalar(node)) return null;
    const { value } = node;
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : null;
  };
  const items = (): readonly Tree[] => {
    if (isSeq(node)) return node.items.map((member) => child(member, line));
    return node === null || (isScalar(node) && node.value === null) ? [] : [self];
  };
  const self: Tree = {
    line,
    text: plain,
    shown: () => plain() ?? shownOf(self, 0),
    get: (key) => entries().find(([name]) => name === key)?.[1] ?? null,
    entries,
    items,
    isList: () => isSeq(node),
    isMap: () => isMap(node),
  };
  return self;
}

function shownOf(tree: Tree, depth: number): string {
  if (depth > 6) return '…';
  const plain = tree.text();
  if (plain !== null) return plain;
  if (tree.isList()) {
    return `[${tree
      .items()
      .map((item) => shownOf(item, depth + 1))
      .join(', ')}]`;
  }
  return tree
    .entries()
    .map(([name, value]) => `${name}: ${shownOf(value, depth + 1)}`)
    .join(', ');
}

import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type YAMLMap } from 'yaml';
import type { Matcher } from '../facts/matcher.ts';
import type { InhibitRule } from '../facts/noise.ts';
import { matcherProblem, readMatchers } from './matchers.ts';

/** What of an Alertmanager's configuration says how to be quiet. */
export interface AlertmanagerConfig {
  readonly rules: InhibitRule[];
  /** `route.group_by`, without `...`. */
  readonly groupBy: string[];
  readonly problems: ConfigProblem[];
}

export interface ConfigProblem {
  /** From 1; 0: the whole file. */
  readonly line: number;
  readonly reason: string;
}

const MAX_RULES = 500;

/**
 * Reads `inhibit_rules` and the labels by which the route groups (prometheus/alertmanager,
 * docs/configuration.md). A rule that is not understood costs only itself and is named by its line.
 */
export function readAlertmanagerConfig(text: string): AlertmanagerConfig {
  const lines = new LineCounter();
  const problems: ConfigProblem[] = [];
  const lineOf = (node: unknown): number => {
    const start = (node as Node | null | undefined)?.range?.[0];
    return start === undefined ? 0 : lines.linePos(start).line;
  };
  const complain = (node: unknown, reason: string): void => {
    problems.push({ line: lineOf(node), reason });
  };
  const document = parseDocument(text, { lineCounter: lines, logLevel: 'error' });
  for (const error of document.errors) {
    const place = error.linePos?.[0].line ?? 0;
    problems.push({ line: place, reason: error.message.split('\n')[0] ?? 'no YAML' });
  }
  const root = document.contents;
  if (!isMap(root)) {
    if (problems.length === 0) problems.push({ line: 0, reason: 'this is no configuration' });
    return { rules: [], groupBy: [], problems };
  }

  const rules: InhibitRule[] = [];
  const listed = root.get('inhibit_rules', true);
  if (listed !== undefined && !isSeq(listed)) complain(listed, 'inhibit_rules is no list');
  for (const item of isSeq(listed) ? listed.items.slice(0, MAX_RULES) : []) {
    if (!isMap(item)) {
      complain(item, 'an inhibition rule is no map');
      continue;
    }
    const sides = (['source', 'target'] as const).map((side) => readSide(item, side, complain));
    const [source, target] = sides;
    if (!source || !target) continue;
    if (source.length === 0 || target.length === 0) {
      complain(item, `the ${source.length === 0 ? 'source' : 'target'} side fits everything`);
      continue;
    }
    const equal = textsOf(item.get('equal', true));
    const name = scalarText(item.get('name', true));
    rules.push({
      ...(name !== null && name !== '' && { name: name.slice(0, 200) }),
      source,
      target,
      equal: equal.filter((label) => label !== '').slice(0, 50),
      pairs: pairsOf(item.get('equal_pairs', true), complain),
    });
  }
  if (isSeq(listed) && listed.items.length > MAX_RULES) {
    complain(listed.items[MAX_RULES], `only the first ${MAX_RULES} rules are read`);
  }
  const route = root.get('route', true);
  const groupBy = isMap(route) ? textsOf(route.get('group_by', true)) : [];
  return {
    rules,
    groupBy: groupBy.filter((label) => label !== '' && label !== '...').slice(0, 20),
    problems,
  };
}

/**
 * `equal_pairs: ["node=instance"]`, which only Holdfast knows: a label of the source alert and one of
 * the target alert that call one thing by different names.
 */
function pairsOf(
  node: unknown,
  complain: (node: unknown, reason: string) => void,
): InhibitRule['pairs'] {
  return textsOf(node)
    .slice(0, 50)
    .flatMap((text) => {
      const [source = '', target = '', ...more] = text.split('=').map((name) => name.trim());
      if (source !== '' && target !== '' && more.length === 0) return [{ source, target }];
      complain(node, `equal_pairs: ${JSON.stringify(text.slice(0, 80))} is not source=target`);
      return [];
    });
}

/** One side of a rule in any of the three ways of writing it; null when it is not understood. */
function readSide(
  rule: YAMLMap,
  side: 'source' | 'target',
  complain: (node: unknown, reason: string) => void,
): Matcher[] | null {
  const matchers: Matcher[] = [];
  const written = rule.get(`${side}_matchers`, true);
  if (written !== undefined && !isSeq(written) && !isScalar(written)) {
    complain(written, `${side}_matchers is no list`);
    return null;
  }
  for (const text of isScalar(written) ? [scalarText(written) ?? ''] : textsOf(written)) {
    const read = readMatchers(text);
    if (!read.ok) {
      complain(written, read.error);
      return null;
    }
    matchers.push(...read.value);
  }
  for (const [key, isRegex] of [
    [`${side}_match`, false],
    [`${side}_match_re`, true],
  ] as const) {
    const map = rule.get(key, true);
    if (!isMap(map)) continue;
    for (const { key: label, value } of map.items) {
      const name = scalarText(label);
      if (name === null || name === '') continue;
      const matcher = { name, value: scalarText(value) ?? '', isRegex, isEqual: true };
      const problem = matcherProblem(matcher);
      if (problem !== null) {
        complain(value, problem);
        return null;
      }
      matchers.push(matcher);
    }
  }
  return matchers.slice(0, 50);
}

function textsOf(node: unknown): string[] {
  if (!isSeq(node)) return [];
  return node.items.map(scalarText).filter((text) => text !== null);
}

function scalarText(node: unknown): string | null {
  if (!isScalar(node)) return null;
  const { value } = node;
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : null;
}

import { buildCallGraph, type CallGraph } from '../graph/call-graph.ts';
import { foldAlong, type Sufferer } from './folding.ts';
import { tellsMore, type Held, type NoiseAlert } from './noise-alert.ts';

/** Alerts of one cause, as far as can be told; `root` stands for them. */
export interface Gathered {
  readonly root: NoiseAlert;
  /** The root first, then what tells most. */
  readonly members: readonly NoiseAlert[];
  /** Members that are folded or grouped under the root, and how. */
  readonly held: ReadonlyMap<string, Held>;
}

export interface GatherSettings {
  /** Labels that split what else would be one group. */
  readonly groupBy: readonly string[];
  readonly folding: boolean;
}

/** Between the alerts of one episode nothing is quiet for so long (ms). */
const EPISODE_GAP_MS = 10 * 60_000;
/** Alone and alike in one unit: so many services make one thing of it. */
const ALIKE = 2;

/**
 * Gathers alerts by time (episodes), by topology (folded along calls), by content (the same service;
 * else the same name in one unit), and splits them by labels that somebody named. The result does not
 * depend on the order of the alerts.
 */
export function gather(
  alerts: readonly NoiseAlert[],
  calls: CallGraph,
  settings: GatherSettings,
): Gathered[] {
  const gathered: Gathered[] = [];
  const alone: NoiseAlert[] = [];
  const joining: NoiseAlert[] = [];
  for (const alert of alerts) {
    (alert.released.includes('grouping') ? alone : joining).push(alert);
  }
  for (const alert of alone) gathered.push({ root: alert, members: [alert], held: new Map() });
  for (const part of splitBy(joining, settings.groupBy)) {
    for (const episode of episodesOf(part))
      gathered.push(...gatherEpisode(episode, calls, settings));
  }
  return gathered.toSorted((a, b) => tellsMore(a.root, b.root));
}

function gatherEpisode(
  episode: readonly NoiseAlert[],
  calls: CallGraph,
  settings: GatherSettings,
): Gathered[] {
  const bySufferer = new Map<string, NoiseAlert[]>();
  const without: NoiseAlert[] = [];
  const unfolded: NoiseAlert[] = [];
  for (const alert of episode) {
    if (alert.service === null) without.push(alert);
    else if (!settings.folding || alert.released.includes('folding')) unfolded.push(alert);
    else push(bySufferer, JSON.stringify([alert.service, alert.unit]), alert);
  }
  const sufferers = [...bySufferer.values()].flatMap((list): Sufferer[] => {
    const alerts = list.toSorted(tellsMore);
    const [first] = alerts;
    return first?.service == null ? [] : [{ service: first.service, unit: first.unit, alerts }];
  });
  const folding = foldAlong(sufferers, calls);
  const byOrigin = new Map<Sufferer, Sufferer[]>();
  for (const sufferer of sufferers) {
    const origin = folding.originOf(sufferer);
    byOrigin.set(origin, [...(byOrigin.get(origin) ?? []), sufferer]);
  }
  const gathered: Gathered[] = [];
  /** Nothing is folded under these, so that only their content tells what they belong to. */
  const lone: NoiseAlert[][] = [...groupsOf(unfolded, ({ service }) => service ?? '').values()];
  for (const [origin, folded] of byOrigin) {
    const root = origin.alerts[0] as NoiseAlert;
    if (folded.length === 1) {
      lone.push([...origin.alerts]);
      continue;
    }
    const held = new Map<string, Held>();
    for (const sufferer of folded) {
      const path = folding.pathFrom(sufferer);
      for (const { key } of sufferer.alerts) {
        if (key === root.key) continue;
        held.set(
          key,
          sufferer === origin
            ? { stage: 'grouping', root: root.key }
            : { stage: 'folding', origin: root.key, path },
        );
      }
    }
    const all = folded.flatMap(({ alerts }) => alerts);
    gathered.push({ root, members: rootFirst(root, all), held });
  }
  for (const alert of without) lone.push([alert]);
  gathered.push(...alike(lone));
  return gathered;
}

/** Lone ones whose alerts have one name, in one unit, are one thing; the others stay as they are. */
function alike(lone: readonly NoiseAlert[][]): Gathered[] {
  const ones: NoiseAlert[][] = [];
  const byContent = new Map<string, NoiseAlert[][]>();
  for (const list of lone) {
    const names = new Set(list.map(({ name }) => name));
    const [first] = list;
    if (names.size > 1 || first === undefined) ones.push(list);
    else push(byContent, JSON.stringify([first.name, first.unit]), list);
  }
  for (const lists of byContent.values()) {
    if (lists.length >= ALIKE) ones.push(lists.flat());
    else ones.push(...lists);
  }
  return ones.map((list) => {
    const root = list.toSorted(tellsMore)[0] as NoiseAlert;
    const held = new Map<string, Held>();
    for (const { key } of list)
      if (key !== root.key) held.set(key, { stage: 'grouping', root: root.key });
    return { root, members: rootFirst(root, list), held };
  });
}

/** Alerts one after another, as long as nothing is quiet between them for long. */
export function episodesOf(alerts: readonly NoiseAlert[]): NoiseAlert[][] {
  const sorted = alerts.toSorted((a, b) => a.startsAt - b.startsAt || tellsMore(a, b));
  const episodes: NoiseAlert[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const alert of sorted) {
    if (alert.startsAt - last > EPISODE_GAP_MS) episodes.push([]);
    episodes.at(-1)?.push(alert);
    last = alert.startsAt;
  }
  return episodes;
}

/** The calls along which something folds: weak ones carry no fault. */
export function carryingCalls(
  edges: Iterable<{ from: string; to: string; strength: string }>,
): CallGraph {
  const names = new Set<string>();
  const calls: { from: string; to: string }[] = [];
  for (const { from, to, strength } of edges) {
    if (strength === 'weak') continue;
    names.add(from).add(to);
    calls.push({ from, to });
  }
  return buildCallGraph(names, calls);
}

function splitBy(alerts: readonly NoiseAlert[], labels: readonly string[]): NoiseAlert[][] {
  if (labels.length === 0) return [[...alerts]];
  const key = (alert: NoiseAlert): string =>
    JSON.stringify(
      labels.map((name) => (Object.hasOwn(alert.labels, name) ? alert.labels[name] : '')),
    );
  return [...groupsOf(alerts, key).values()];
}

function groupsOf<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) push(groups, keyOf(item), item);
  return groups;
}

function push<Item>(map: Map<string, Item[]>, key: string, item: Item): void {
  const list = map.get(key);
  if (list) list.push(item);
  else map.set(key, [item]);
}

function rootFirst(root: NoiseAlert, all: readonly NoiseAlert[]): NoiseAlert[] {
  return [root, ...all.filter(({ key }) => key !== root.key).toSorted(tellsMore)];
}

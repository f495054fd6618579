/**
 * What each format accepts, written down a second time and as plainly as can be: no schema library,
 * nothing of the code that it is compared with. It says only what becomes of each record.
 */

/** `silent`: understood, and nothing to tell (a heartbeat alert, the same thing twice). */
export type Verdict = 'accepted' | 'refused' | 'silent';
/** The verdict of each record, or that the whole body is refused. */
export type Reading =
  | { readonly rejected: true }
  | { readonly rejected: false; readonly records: Verdict[] };

const REJECTED: Reading = { rejected: true };
type Members = Readonly<Record<string, unknown>>;

export function readWebhook(bytes: Uint8Array): Reading {
  const body = jsonOf(bytes);
  if (!isRecord(body) || own(body, 'version') !== '4') return REJECTED;
  const alerts = own(body, 'alerts');
  if (!Array.isArray(alerts)) return REJECTED;
  return {
    rejected: false,
    records: alerts.map((alert): Verdict => {
      if (!isRecord(alert) || !hasGoodLabels(alert)) return 'refused';
      const status = own(alert, 'status');
      if (status !== 'firing' && status !== 'resolved') return 'refused';
      if (isHeartbeat(alert)) return 'silent';
      return timeOf(own(alert, 'startsAt')) === 'time' ? 'accepted' : 'refused';
    }),
  };
}

export function readAlerts(bytes: Uint8Array): Reading {
  const body = jsonOf(bytes);
  if (!Array.isArray(body)) return REJECTED;
  return {
    rejected: false,
    records: body.map((alert): Verdict => {
      if (!isRecord(alert) || !hasGoodLabels(alert)) return 'refused';
      if (timeOf(own(alert, 'startsAt')) === 'wrong') return 'refused';
      if (timeOf(own(alert, 'endsAt')) === 'wrong') return 'refused';
      return isHeartbeat(alert) ? 'silent' : 'accepted';
    }),
  };
}

export function readTopology(bytes: Uint8Array): Reading {
  const body = jsonOf(bytes);
  if (!isRecord(body) || own(body, 'version') !== 1) return REJECTED;
  if (!isSourceName(own(body, 'source') ?? 'prom')) return REJECTED;
  const mode = own(body, 'mode');
  if (mode !== 'whole' && mode !== 'change') return REJECTED;
  if (timeOf(own(body, 'at')) === 'wrong') return REJECTED;
  const nodes = own(body, 'nodes') ?? (mode === 'change' ? [] : undefined);
  const edges = own(body, 'edges') ?? (mode === 'change' ? [] : undefined);
  if (!Array.isArray(nodes) || !Array.isArray(edges)) return REJECTED;
  const seen = new Set<string>();
  const once = (thing: string): Verdict => {
    if (seen.has(thing)) return 'silent';
    seen.add(thing);
    return 'accepted';
  };
  const records = nodes.map((node): Verdict => {
    if (!isRecord(node) || !isNodeName(own(node, 'name'))) return 'refused';
    if (!isOptionalText(own(node, 'kind'), Infinity)) return 'refused';
    for (const key of ['unit', 'cell', 'zone', 'city']) {
      if (!isOptionalText(own(node, key), 100)) return 'refused';
    }
    if (!isOptionalText(own(node, 'owner'), 200)) return 'refused';
    const tags = own(node, 'tags');
    if (tags !== undefined && tags !== null) {
      if (!isRecord(tags)) return 'refused';
      for (const [name, value] of Object.entries(tags)) {
        if (name === '__proto__') continue;
        if (name.length > 200 || !isText(value, 1_000)) return 'refused';
      }
    }
    return once(`node ${String(own(node, 'name'))}`);
  });
  for (const edge of edges) {
    if (!isRecord(edge)) {
      records.push('refused');
      continue;
    }
    const [from, to] = [own(edge, 'from'), own(edge, 'to')];
    const thing = isNodeName(from) && isNodeName(to) ? JSON.stringify([from, to]) : '';
    const good =
      thing !== '' &&
      isOptionalText(own(edge, 'protocol'), 50) &&
      isOptionalText(own(edge, 'strength'), Infinity) &&
      thing.length + 'edge:'.length <= 1_024;
    records.push(good ? once(`edge ${thing}`) : 'refused');
  }
  const removed = own(body, 'removed');
  if (mode === 'change' && removed !== undefined && removed !== null) {
    if (!isRecord(removed)) records.push('refused');
    else {
      for (const key of ['nodes', 'edges']) {
        const list = own(removed, key) ?? [];
        if (!Array.isArray(list)) {
          records.push('refused');
          continue;
        }
        for (const entry of list) {
          const good =
            key === 'nodes'
              ? isNodeName(entry)
              : isRecord(entry) && isNodeName(own(entry, 'from')) && isNodeName(own(entry, 'to'));
          records.push(good ? 'silent' : 'refused');
        }
      }
    }
  }
  return { rejected: false, records };
}

const CHANGE_KINDS = ['deploy', 'config', 'flag', 'rollback', 'infrastructure'];
const CHANGE_STATUS = ['started', 'finished', 'rolled-back'];

export function readChange(bytes: Uint8Array): Reading {
  const body = jsonOf(bytes);
  if (body === NOT_JSON) return REJECTED;
  const list: readonly unknown[] = Array.isArray(body) ? body : [body];
  const first = list.find(isRecord);
  const source = (first && own(first, 'source')) ?? 'prom';
  if (!isSourceName(source)) return REJECTED;
  const records = list.map((record): Verdict => {
    if (!isRecord(record) || own(record, 'version') !== 1) return 'refused';
    const id = own(record, 'id');
    if (!isText(id, 300) || id === '' || /[\p{Control}\p{Surrogate}"\\]/u.test(String(id))) {
      return 'refused';
    }
    const title = own(record, 'title');
    if (!isText(title, 1_000) || title === '') return 'refused';
    if (!CHANGE_KINDS.includes(own(record, 'kind') as string)) return 'refused';
    if (!CHANGE_STATUS.includes(own(record, 'status') as string)) return 'refused';
    const services = own(record, 'services');
    if (!Array.isArray(services) || services.length > 5_000) return 'refused';
    if (!services.every((name) => isText(name, 300) && name !== '')) return 'refused';
    for (const [key, most] of [
      ['unit', 100],
      ['cell', 100],
      ['by', 200],
      ['url', 2_000],
    ] as const) {
      if (!isOptionalText(own(record, key), most)) return 'refused';
    }
    const at = own(record, 'at');
    if (!isOptionalText(at, Infinity)) return 'refused';
    if (!isOptionalText(own(record, 'source'), Infinity)) return 'refused';
    const batch = own(record, 'batch');
    if (batch !== undefined && batch !== null) {
      if (
        !isRecord(batch) ||
        Object.keys(batch).some((key) => key !== 'index' && key !== 'total')
      ) {
        return 'refused';
      }
      for (const key of ['index', 'total']) {
        const count = own(batch, key);
        if (!Number.isSafeInteger(count) || (count as number) < 1) return 'refused';
      }
    }
    if ((own(record, 'source') ?? source) !== source) return 'refused';
    if (timeOf(at) === 'wrong') return 'refused';
    return 'accepted';
  });
  if (!Array.isArray(body) && records[0] === 'refused') return REJECTED;
  return { rejected: false, records };
}

/** The envelope of a fact, and the bodies of the kinds that the templates use. */
export function isFact(input: unknown): boolean {
  if (!isRecord(input)) return false;
  const known = [
    'id',
    'kind',
    'v',
    'thing',
    'version',
    'at',
    'heardAt',
    'source',
    'author',
    'body',
    'raw',
  ];
  if (Object.keys(input).some((key) => !known.includes(key))) return false;
  const { id, kind, v, thing, version, at, heardAt, source, author, body, raw } = input;
  if (typeof id !== 'string' || !/^[0-9a-f]{64}$/.test(id)) return false;
  if (!hasCharacters(kind, 3, 80)) return false;
  if (!isCount(v, 1) || !hasCharacters(thing, 3, 1_024)) return false;
  if (version !== undefined && !isCount(version, 0)) return false;
  for (const moment of [at, heardAt]) {
    if (!isCount(moment, 0) || (moment as number) > 8_640_000_000_000_000) return false;
  }
  if (!hasCharacters(source, 1, 200) || source === '__proto__') return false;
  if (author !== undefined && !isAuthor(author)) return false;
  if (!isRecord(body) || !isJson(body) || (raw !== undefined && !isJson(raw))) return false;
  if ((source === 'people') !== (author !== undefined)) return false;
  if (v !== 1) return true;
  // A member called __proto__ is left out of what is kept.
  const only = (...keys: string[]): boolean =>
    Object.keys(body).every((key) => key === '__proto__' || keys.includes(key));
  switch (kind) {
    case 'note.written':
      return (
        author !== undefined &&
        only('text', 'incident') &&
        typeof body['text'] === 'string' &&
        hasCharacters(body['text'].trim(), 1, 20_000) &&
        isAbsentOrText(body['incident']) &&
        String(thing).startsWith('note:')
      );
    case 'source.heard':
      return (
        author === undefined &&
        only('speaks', 'intervalMs') &&
        hasCharacters(body['speaks'], 1, 50) &&
        isCount(body['intervalMs'], 1_000) &&
        thing === `source:${String(source)}`
      );
    case 'node.retired':
      return (
        author === undefined &&
        only('name') &&
        hasCharacters(body['name'], 1, 300) &&
        thing === `node:${String(body['name'])}`
      );
    default:
      return true;
  }
}

function isAuthor(author: unknown): boolean {
  if (!isRecord(author)) return false;
  if (Object.keys(author).some((key) => !['person', 'replica', 'counter', 'hlc'].includes(key))) {
    return false;
  }
  const { person, replica, counter, hlc } = author;
  return (
    hasCharacters(person, 1, 200) &&
    hasCharacters(replica, 1, 64) &&
    isCount(counter, 1) &&
    typeof hlc === 'string' &&
    /^[0-9a-z]{13}$/.test(hlc)
  );
}

const NOT_JSON = Symbol('not JSON');

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    return NOT_JSON;
  }
}

function isRecord(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(record: Members, key: string): unknown {
  return Object.getOwnPropertyDescriptor(record, key)?.value as unknown;
}

function isText(value: unknown, most: number): boolean {
  return typeof value === 'string' && value.length <= most;
}

/** Facts count characters, as people do: a pair of surrogates is one. */
function hasCharacters(value: unknown, least: number, most: number): boolean {
  if (typeof value !== 'string') return false;
  const count = Array.from(value).length;
  return count >= least && count <= most;
}

function isOptionalText(value: unknown, most: number): boolean {
  return value === undefined || value === null || isText(value, most);
}

function isAbsentOrText(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function isCount(value: unknown, least: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

/** Plain values only, at any depth. */
function isJson(value: unknown): boolean {
  const waiting = [value];
  while (waiting.length > 0) {
    const one = waiting.pop();
    if (one === null || typeof one === 'string' || typeof one === 'boolean') continue;
    if (typeof one === 'number') {
      if (!Number.isFinite(one)) return false;
    } else if (Array.isArray(one)) for (const entry of one) waiting.push(entry);
    else if (isPlain(one)) {
      // A member of that name is left out of what is kept.
      for (const [key, entry] of Object.entries(one)) if (key !== '__proto__') waiting.push(entry);
    } else return false;
  }
  return true;
}

function isPlain(value: unknown): value is Members {
  if (!isRecord(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function hasGoodLabels(alert: Members): boolean {
  const labels = own(alert, 'labels');
  if (!isRecord(labels)) return false;
  const entries = Object.entries(labels);
  if (entries.length > 64) return false;
  for (const [name, value] of entries) {
    if (name === '' || name === '__proto__' || name.length > 1_024) return false;
    if (!isText(value, 8_192)) return false;
  }
  const name = own(labels, 'alertname');
  return typeof name === 'string' && name !== '';
}

function isHeartbeat(alert: Members): boolean {
  const name = own(own(alert, 'labels') as Members, 'alertname');
  return name === 'Watchdog' || name === 'DeadMansSwitch';
}

function isNodeName(value: unknown): boolean {
  return isText(value, 300) && value !== '' && !/[\p{Control}\p{Surrogate}]/u.test(String(value));
}

function isSourceName(value: unknown): boolean {
  return (
    isText(value, 200) &&
    String(value).trim() !== '' &&
    !/[\p{Control}\p{Surrogate}]/u.test(String(value)) &&
    value !== 'people' &&
    value !== 'gateway' &&
    value !== '__proto__'
  );
}

/** RFC 3339 between 1990 and 2200; Go's zero time stands for none. */
function timeOf(value: unknown): 'time' | 'none' | 'wrong' {
  if (value === undefined || value === null || value === '') return 'none';
  if (typeof value !== 'string' || value.length > 64) return 'wrong';
  if (value.startsWith('0001-01-01T00:00:00')) return 'none';
  const parts =
    /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|[+-](\d\d):(\d\d))$/.exec(
      value,
    );
  if (parts === null) return 'wrong';
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, zoneHour, zoneMinute] =
    parts.slice(1).map(Number);
  const days = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  if (day < 1 || day > days || hour > 23 || minute > 59 || second > 59) return 'wrong';
  if ((zoneHour ?? 0) > 23 || (zoneMinute ?? 0) > 59) return 'wrong';
  return year >= 1_990 && year < 2_200 ? 'time' : 'wrong';
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { openSqliteJournal } from '../../gateway/journal/sqlite-journal.ts';
import { startTestGateway, TOKENS } from '../../gateway/test-gateway.ts';
import { openFeed } from '../../main/feeds/feed-client.ts';
import { unzipFiles, zipFiles } from '../../main/bundles/zip.ts';
import { createCore } from '../../main/core.ts';
import { openJournal } from '../../main/journal/journal.ts';
import type { Adapted, Adapter } from '../../shared/adapters/adapter.ts';
import { adapters } from '../../shared/adapters/registry.ts';
import { buildBundle, readBundle, type BundleFiles } from '../../shared/bundle/bundle.ts';
import { checkFact } from '../../shared/facts/catalogue.ts';
import { factIdOf, sealFact, type Fact } from '../../shared/facts/fact.ts';
import { PROBLEM_CODES } from '../../shared/facts/problem-code.ts';
import { errorSchema } from '../../shared/ipc/contract.ts';
import { portPair } from '../../shared/ipc/port.ts';
import { parseRunbook } from '../../shared/runbooks/parse.ts';
import { messages } from '../../shared/wire/protocol.ts';
import { figure, seedOf, times } from '../../scripts/tier/tier.ts';
import {
  hostileBytes,
  hostileText,
  hostileValues,
  templateOf,
  type Template,
} from './harness/hostile-text.ts';
import {
  isFact,
  readAlerts,
  readChange,
  readTopology,
  readWebhook,
  type Reading,
} from './harness/reference-reading.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
const iso = (moment: number): string => new Date(moment).toISOString();
const TOTAL = times({ change: 100_000, full: 1_000_000 });
/** No input should hold up its process for longer (ms of CPU): a figure, since machines differ. */
const LONGEST_MS = 50;
/** What fails: ten thousand times a usual input is an input that grows without bound, on any machine. */
const UNBOUNDED_MS = 1_000;

const alertOf = (service: string, more: object = {}): object => ({
  labels: { alertname: 'HighErrorRate', service, severity: 'critical', zone: 'az-1' },
  annotations: { summary: '5xx above 5 %', runbook: 'https://runbooks.example/x' },
  startsAt: iso(NOW - 60_000),
  generatorURL: 'http://prometheus.example/graph',
  ...more,
});
const changeOf = (id: string, more: object = {}): object => ({
  version: 1,
  id,
  at: iso(NOW - 30_000),
  title: 'Roll out 42',
  kind: 'deploy',
  services: ['pay-core', 'ledger'],
  unit: 'u1',
  by: 'ada',
  url: 'https://ci.example/42',
  status: 'started',
  batch: { index: 1, total: 3 },
  ...more,
});

const FORMATS: Record<
  string,
  { adapter: Adapter; read: (bytes: Uint8Array) => Reading; templates: Template[] }
> = {
  'alertmanager-webhook': {
    adapter: adapters['alertmanager-webhook'],
    read: readWebhook,
    templates: [
      templateOf({
        version: '4',
        groupKey: '{}',
        truncatedAlerts: 0,
        status: 'firing',
        receiver: 'holdfast',
        externalURL: 'http://alertmanager.example',
        custom: { a: [1, { b: null }] },
        alerts: [
          alertOf('a', { status: 'firing', endsAt: '0001-01-01T00:00:00Z' }),
          alertOf('b', {
            status: 'resolved',
            endsAt: iso(NOW - 1_000),
            fingerprint: 'x',
            extra: {},
          }),
          alertOf('c', { status: 'firing' }),
        ],
      }),
    ],
  },
  'alertmanager-alerts': {
    adapter: adapters['alertmanager-alerts'],
    read: readAlerts,
    templates: [
      templateOf([
        alertOf('a'),
        alertOf('b', { endsAt: iso(NOW + 240_000), odd: [{ deep: [[]] }] }),
        alertOf('c', { endsAt: iso(NOW - 1_000), annotations: null }),
      ]),
    ],
  },
  topology: {
    adapter: adapters.topology,
    read: readTopology,
    templates: [
      templateOf({
        version: 1,
        source: 'mesh',
        mode: 'whole',
        at: iso(NOW),
        nodes: [
          { name: 'web', kind: 'service', zone: 'az-1', tags: { team: 'core', tier: '1' } },
          { name: 'db', kind: 'database', unit: 'u', cell: 'c', city: 'x', owner: 'dba', more: 1 },
        ],
        edges: [{ from: 'web', to: 'db', protocol: 'sql', strength: 'sync' }],
      }),
      templateOf({
        version: 1,
        mode: 'change',
        nodes: [{ name: 'new' }],
        edges: [{ from: 'new', to: 'db' }],
        removed: { nodes: ['old', 'older'], edges: [{ from: 'old', to: 'db' }] },
      }),
    ],
  },
  change: {
    adapter: adapters.change,
    read: readChange,
    templates: [
      templateOf([changeOf('1'), changeOf('2', { source: 'ci', batch: null }), changeOf('3')]),
      templateOf(changeOf('9')),
    ],
  },
};

const noteOf = (text: string, counter = 1): Fact =>
  sealFact({
    kind: 'note.written',
    v: 1,
    thing: `note:${counter}`,
    at: NOW,
    heardAt: NOW,
    source: 'people',
    author: { person: 'Ada', replica: 'r1', counter, hlc: '0000000000000' },
    body: { text },
    raw: { kept: [1, 'x', null, { a: {} }] },
  });
const heardOf = (source: string): Fact =>
  sealFact({
    kind: 'source.heard',
    v: 1,
    thing: `source:${source}`,
    at: NOW,
    heardAt: NOW,
    source,
    body: { speaks: 'alertmanager', intervalMs: 60_000 },
  });
const FACTS: Template[] = [
  templateOf(noteOf('the ledger is slow')),
  templateOf(heardOf('am')),
  templateOf(
    sealFact({
      kind: 'node.retired',
      v: 1,
      thing: 'node:db',
      at: NOW,
      heardAt: NOW,
      source: 'mesh',
      body: { name: 'db' },
    }),
  ),
  templateOf(
    sealFact({
      kind: 'odd.kind',
      v: 7,
      thing: 'odd:1',
      at: NOW,
      heardAt: NOW,
      version: 3,
      source: 'x',
      body: { a: [{ b: 1 }] },
    }),
  ),
];

const RUNBOOK_PIECES = [
  '---\nid: x\nalerts:\n  - A\n---\n',
  '# Title\n',
  '## Step {#a}\n',
  '- [ ] do it\n',
  '```sh\nls\n```\n',
  '> '.repeat(200),
  '* '.repeat(200),
  '['.repeat(400),
  '`'.repeat(300),
  '_'.repeat(300),
  '<b>',
  '![x](javascript:1)',
  '\0',
  '**a',
  '| a | b |\n|---|---|\n',
  '&#x0;',
  '\ud800',
  '\r\n',
  '\t',
  '[a]: http://x\n',
  '1. ',
  'Wait 5m',
  'If yes: go to a',
  '---\n',
  'id: [',
  'a: &a [*a, *a]\n',
  '{#',
  '\u2028',
];

interface Spent {
  inputs: number;
  rejected: number;
  worstMs: number;
  worst: string;
  slow: string[];
}

const spent: Spent = { inputs: 0, rejected: 0, worstMs: 0, worst: '', slow: [] };
const shared = { builtins: snapshot() };

afterAll(() => {
  figure('R-10', 'malformed inputs', spent.inputs, `≥ ${TOTAL.toLocaleString('en')}`);
  figure('R-10', 'of them rejected, each with one code', spent.rejected);
  figure(
    'R-10',
    `longest single input (ms CPU; ${spent.worst})`,
    Number(spent.worstMs.toFixed(1)),
    `≤ ${LONGEST_MS}`,
  );
});

/** Runs one input; what is slow is measured again, since a busy machine makes anything slow. */
function timed<Answer>(name: string, run: () => Answer): Answer {
  const measure = (): { answer: Answer; ms: number } => {
    const before = process.threadCpuUsage();
    const answer = run();
    const { user, system } = process.threadCpuUsage(before);
    return { answer, ms: (user + system) / 1_000 };
  };
  let { answer, ms } = measure();
  for (let again = 0; again < 3 && ms > LONGEST_MS / 5; again += 1) ms = Math.min(ms, measure().ms);
  if (ms > spent.worstMs) {
    spent.worstMs = ms;
    spent.worst = name;
  }
  if (ms > UNBOUNDED_MS) spent.slow.push(`${name}: ${ms.toFixed(0)} ms`);
  spent.inputs += 1;
  return answer;
}

function expectAll<Input>(
  name: string,
  share: number,
  arbitrary: fc.Arbitrary<Input>,
  judge: (input: Input) => void,
): void {
  const seed = seedOf(name);
  let since = 0;
  fc.assert(
    fc.property(arbitrary, (input) => {
      judge(input);
      since += 1;
      if (since % 256 === 0) expect(changedBuiltins(shared.builtins)).toEqual([]);
    }),
    {
      seed,
      numRuns: Math.round(TOTAL * share),
      interruptAfterTimeLimit: 1_200_000,
      markInterruptAsFailure: true,
    },
  );
  expect(changedBuiltins(shared.builtins)).toEqual([]);
  expect(spent.slow).toEqual([]);
}

/** What an adapter must keep to, whatever it is given; a list of what it broke. */
function faultsOf(adapted: Adapted, reading: Reading): string[] {
  const faults: string[] = [];
  const refused = adapted.problems.filter(({ weight }) => weight === 'refused');
  for (const one of [...adapted.problems, ...(adapted.rejected ? [adapted.rejected] : [])]) {
    if (!(PROBLEM_CODES as readonly string[]).includes(one.code)) faults.push(`code ${one.code}`);
    if (one.reason === '' || one.reason.length > 1_000) faults.push('reason');
    if (one.place.length > 500 || one.excerpt.length > 300) faults.push('too much kept of it');
  }
  if (adapted.rejected !== null) {
    if (adapted.facts.length + adapted.problems.length > 0) faults.push('rejected, and yet read');
  }
  if ((adapted.rejected !== null) !== reading.rejected) {
    faults.push(
      `rejected as a whole: ${adapted.rejected?.reason ?? 'no'}; reference: ${reading.rejected}`,
    );
  } else if (!reading.rejected) {
    const count = (verdict: string): number =>
      reading.records.filter((one) => one === verdict).length;
    const accepted = adapted.facts.length + adapted.unchanged;
    if (accepted !== count('accepted') || refused.length !== count('refused')) {
      faults.push(
        `${accepted} accepted and ${refused.length} refused (${refused.map(({ place, reason }) => `${place} ${reason}`).join('; ')}); reference ${reading.records.join(' ')}`,
      );
    }
  }
  for (const draft of adapted.facts) {
    const checked = checkFact(sealFact(draft));
    if (!checked.ok)
      faults.push(`a fact that is none: ${checked.error.place} ${checked.error.reason}`);
  }
  return faults;
}

function adapt(adapter: Adapter, bytes: Uint8Array): Adapted {
  return adapter.adapt(bytes, { now: NOW, source: 'prom', declaredBy: () => new Map() });
}

for (const [format, { adapter, read, templates }] of Object.entries(FORMATS)) {
  test(`R-10 ${format}: any bytes give facts or one code each, as the reference reads them`, () => {
    expectAll(`R-10 ${format}`, 0.16, hostileBytes(templates), (bytes) => {
      const adapted = timed(format, () => adapt(adapter, bytes));
      const faults = faultsOf(adapted, read(bytes));
      expect(faults, textOf(bytes)).toEqual([]);
      if (adapted.rejected !== null || adapted.problems.some(({ weight }) => weight === 'refused'))
        spent.rejected += 1;
    });
  });
}

test('R-10 checkFact accepts what the reference accepts, and names one code for the rest', () => {
  expectAll('R-10 checkFact', 0.15, hostileValues(FACTS), (input) => {
    const checked = timed('checkFact', () => checkFact(input));
    if (checked.ok) {
      expect(isFact(input)).toBe(true);
      expect(factIdOf(checked.value)).toHaveLength(64);
      return;
    }
    spent.rejected += 1;
    expect(PROBLEM_CODES).toContain(checked.error.code);
    if (checked.error.code !== 'too-deep') expect(isFact(input)).toBe(false);
  });
});

test('R-10 no message of the wire passes or stops its schema unless it is one', () => {
  const hash = 'a'.repeat(64);
  const samples: unknown[] = [
    { protocols: [1, 2], epoch: 'e', holds: [[1, 9]], replica: 'r', facts: 3, tips: [[1, hash]] },
    { epoch: 'e', part: 'tail', from: 1, to: 2, facts: [noteOf('x')] },
    { epoch: 'e', part: 'gap', from: 1, to: 2, lines: JSON.stringify(noteOf('x')) },
    { epoch: 'e', from: 1, to: 2 },
    { facts: [noteOf('x'), noteOf('y', 2)] },
    { epoch: 'e', stored: [hash], refused: [{ id: hash, reason: 'no' }] },
    { digest: hash, text: 'x' },
    { kind: 'refused', code: 'busy', reason: 'later' },
    { now: NOW, last: 3 },
  ];
  const schemas = Object.entries(messages);
  expectAll('R-10 wire', 0.1, hostileValues(samples.map(templateOf)), (input) => {
    const passed = timed('wire', () =>
      schemas.filter(([, schema]) => schema.safeParse(input).success),
    );
    if (passed.length === 0) spent.rejected += 1;
  });
});

test('R-10 any text is a runbook with problems by line', () => {
  const pieces = fc.constantFrom(...RUNBOOK_PIECES);
  const text = fc.oneof(
    fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .tuple(
        fc.constantFrom('[', '> ', '* ', '(', '**', '`', '<', '&', '|', '~', '- ', '\\'),
        fc.integer({ min: 1, max: 3_000 }),
      )
      .map(([sign, count]) => sign.repeat(count)),
  );
  expectAll('R-10 runbook', 0.02, text, (input) => {
    const { problems } = timed('runbook', () => parseRunbook(input, { fileName: 'x.md' }));
    for (const { line, code, message } of problems) {
      expect(line).toBeGreaterThan(0);
      expect(`${code}${message}`).not.toBe('');
    }
    if (problems.length > 0) spent.rejected += 1;
  });
});

test('R-10 a bundle that is not whole is refused with its place, and never half read', () => {
  const facts = [noteOf('one', 1), noteOf('two', 2), heardOf('am')];
  const files = buildBundle({
    title: 't',
    incident: null,
    exportedAt: NOW,
    now: NOW,
    exportedBy: 'Ada',
    facts,
    texts: [{ digest: 'x'.repeat(64), fileName: 'x.md', text: 'x' }],
  });
  files.delete('texts/' + 'x'.repeat(64) + '.md');
  const honest = buildBundle({
    title: 't',
    incident: null,
    exportedAt: NOW,
    now: NOW,
    exportedBy: 'Ada',
    facts,
    texts: [],
  });
  expect(readBundle(honest).ok).toBe(true);
  const whole = zipFiles(honest);
  const names = [...honest.keys()];
  const manifest = templateOf(JSON.parse(String(honest.get('manifest.json'))));
  const lines = facts.map((fact) => templateOf(fact));
  const edited = fc
    .tuple(
      fc.constantFrom(...names),
      fc.oneof(hostileText([manifest]), hostileText(lines), fc.string({ maxLength: 30 })),
    )
    .map(([name, text]) => new Map([...honest, [name, text]]));
  const damaged = fc
    .array(fc.tuple(fc.integer({ min: 0, max: whole.length - 1 }), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 6,
    })
    .map((edits) => {
      const copy = whole.slice();
      for (const [at, byte] of edits) copy[at] = byte;
      return copy;
    });
  const same = [...honest]
    .map(([name, text]) => `${name} ${String(text)}`)
    .sort()
    .join('\n');
  const print = (found: BundleFiles): string =>
    [...found]
      .map(([name, text]) => `${name} ${String(text)}`)
      .sort()
      .join('\n');
  expectAll('R-10 bundle', 0.05, fc.oneof(edited, damaged), (input) => {
    const answer = timed('bundle', () => {
      const unpacked =
        input instanceof Map ? ({ ok: true, value: input } as const) : unzipFiles(input);
      return { unpacked, read: unpacked.ok ? readBundle(unpacked.value) : unpacked };
    });
    const { read, unpacked } = answer;
    if (read.ok) {
      // Only the manifest's own words (its title, say) may differ in what is still accepted.
      if (unpacked.ok && print(unpacked.value) !== same) {
        expect(read.value.facts.map(({ id }) => id).sort()).toEqual(
          facts.map(({ id }) => id).sort(),
        );
      }
      return;
    }
    spent.rejected += 1;
    expect(`${read.error.place}${read.error.reason}`).not.toBe('');
  });
});

test('R-10 every frame at the core’s port has one answer, an error with a code or what was asked', async () => {
  const profile = scratch();
  const core = createCore({
    profile,
    resources: join(import.meta.dirname, '../../resources'),
    version: 't',
  });
  onTestFinished(() => core.stop());
  const [mine, theirs] = portPair();
  core.attach(theirs, 'window');
  const replies = new Map<number, number>();
  let undeclared = 0;
  mine.onMessage((message) => {
    const reply = message as { id?: number; type?: string; error?: unknown };
    if (reply.type === 'error' && !errorSchema.safeParse(reply.error).success) undeclared += 1;
    if (reply.id !== undefined) replies.set(reply.id, (replies.get(reply.id) ?? 0) + 1);
  });
  const live = { mode: 'live' };
  const filter = { groups: [], text: 'a', pinnedOnly: false };
  const asks: [string, object][] = [
    ['session.read', {}],
    ['session.write', { person: 'Ada', layout: { a: 1 }, drafts: { a: 'b' } }],
    ['table.read', { table: 'alerts', position: live }],
    ['timeline.read', { position: live, from: 0, to: NOW, limit: 10, filter }],
    [
      'timeline.density',
      { position: { mode: 'happened', moment: NOW }, from: 0, to: NOW, buckets: 10 },
    ],
    ['timeline.lanes', { from: 0, to: NOW, by: 'service', columns: 10, most: 5 }],
    ['timeline.entry', { seq: 1 }],
    ['thing.history', { thing: 'alert:x', limit: 10 }],
    ['command.run', { command: { name: 'note.write', text: 'x', incident: 'incident:1' } }],
    ['subscription.open', { id: 's', table: 'nodes', position: live }],
    ['search.read', { text: 'pay', before: null, limit: 10 }],
    ['runbook.read', { digest: 'a'.repeat(64) }],
    ['export.write', { format: 'csv', path: '/nowhere', incident: null, language: 'en' }],
  ];
  const templates = asks.map(([name, body]) => templateOf({ type: 'ask', id: 1, name, body }));
  const seed = seedOf('R-10 ipc');
  const inputs = fc.sample(hostileValues(templates), { seed, numRuns: Math.round(TOTAL * 0.02) });
  const asked = new Set<number>();
  for (const [index, input] of inputs.entries()) {
    spent.inputs += 1;
    const id = index + 1_000_000;
    let frame = input;
    let answerable = false;
    if (typeof input === 'object' && input !== null && (input as { id?: unknown }).id === 1) {
      frame = { ...input, id };
      // Whatever else it lacks or has: who asks under a number waits for an answer.
      answerable = (frame as { type?: unknown }).type === 'ask';
    }
    try {
      mine.post(frame);
      if (answerable) asked.add(id);
    } catch (error) {
      // What cannot be cloned, or is nested too deeply for it, never leaves a window either.
      expect(['DataCloneError', 'RangeError']).toContain((error as Error).name);
    }
    if (index % 500 === 499) await new Promise((resolve) => setImmediate(resolve));
  }
  await expect
    .poll(() => [...asked].filter((id) => !replies.has(id)), { timeout: 30_000 })
    .toEqual([]);
  expect([...asked].filter((id) => replies.get(id) !== 1)).toEqual([]);
  expect(undeclared).toBe(0);
  expect(asked.size).toBeGreaterThan(100);
  expect(changedBuiltins(shared.builtins)).toEqual([]);
}, 600_000);

test('R-10 a real gateway answers every post, takes the valid neighbours, and keeps its quarantine bounded', async () => {
  const at = await startTestGateway({ now: () => NOW });
  onTestFinished(() => at.stop());
  const paths = {
    '/ingest/alertmanager': 'alertmanager-webhook',
    '/api/v2/alerts': 'alertmanager-alerts',
    '/ingest/topology': 'topology',
    '/ingest/change': 'change',
  } as const;
  const posts = Math.round(TOTAL * 0.02);
  const seed = seedOf('R-10 posts');
  let refusals = 0;
  for (const [order, [path, format]] of Object.entries(paths).entries()) {
    const inputs = fc.sample(hostileBytes(FORMATS[format]?.templates ?? []), {
      seed: seed + order,
      numRuns: posts / 4,
    });
    for (const bytes of inputs) {
      spent.inputs += 1;
      const answer = await at.post(path, bytes);
      if (answer.status === 200) {
        const { problems } = answer.json as { problems: { code: string }[] };
        for (const { code } of problems) expect(PROBLEM_CODES).toContain(code);
        continue;
      }
      expect([400, 413]).toContain(answer.status);
      refusals += 1;
      spent.rejected += 1;
      if (answer.status === 400) expect(PROBLEM_CODES).toContain(answer.json['code']);
    }
    // Whatever came before it: a whole post is taken, and its good records where one is bad.
    const fresh = alertOf(`fresh-${order}`, { status: 'firing' });
    const mixed = {
      version: '4',
      alerts: [fresh, { labels: 7 }, alertOf(`more-${order}`, { status: 'firing' })],
    };
    const answer = await at.post('/ingest/alertmanager', mixed);
    expect(answer.json).toMatchObject({ accepted: 2, problems: [{ code: 'missing' }] });
  }
  expect(refusals).toBeGreaterThan(posts / 10);
  const rows = await at.gateway.journal.quarantined(20_000);
  expect(rows.length).toBeGreaterThan(100);
  expect(rows.length).toBeLessThanOrEqual(10_000);
  for (const { code } of rows) expect(PROBLEM_CODES).toContain(code);
  const health = await at.get('/healthz');
  expect([health.status, health.json['ok']]).toEqual([200, true]);
  const { last } = await at.gateway.journal.bounds();
  const facts = await at.gateway.journal.range(1, last, { facts: 1e6, length: 1e9 });
  for (const { fact } of facts) {
    expect(checkFact(fact)).toMatchObject({ ok: true });
    expect(factIdOf(fact)).toBe(fact.id);
  }
  expect(changedBuiltins(shared.builtins)).toEqual([]);
}, 900_000);

test('R-10 a real gateway lives through any message of a desktop and goes on with the next', async () => {
  const at = await startTestGateway({ now: () => NOW });
  onTestFinished(() => at.stop());
  const hash = 'a'.repeat(64);
  const events: [string, Template][] = [
    ['hello', templateOf({ protocols: [1], epoch: null, holds: [[1, 2]], replica: 'r' })],
    ['push', templateOf({ facts: [noteOf('x', 1)] })],
    ['blob', templateOf({ digest: hash })],
    ['hours', templateOf({ epoch: 'e', upTo: 3, before: null })],
    ['ids', templateOf({ epoch: 'e', upTo: 3, hour: 4, prefix: '', most: 5 })],
    ['want', templateOf({ epoch: 'e', ids: [hash] })],
  ];
  const seed = seedOf('R-10 socket');
  const open = new Set<ReturnType<typeof io>>();
  onTestFinished(() => {
    for (const one of open) one.close();
  });
  const connect = async (greeted: boolean): Promise<ReturnType<typeof io>> => {
    const one = io(`${at.gateway.address.url}/feed`, {
      auth: { token: TOKENS.ada },
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    });
    open.add(one);
    await new Promise<void>((resolve) => one.once('connect', resolve));
    const hello = { protocols: [1, 2], epoch: null, holds: [], replica: 'r' };
    // A gateway that hears no hello lets go, and is right to.
    if (greeted) await one.timeout(10_000).emitWithAck('hello', hello);
    return one;
  };
  let socket = await connect(true);
  const count = Math.round((TOTAL * 0.01) / events.length);
  for (const [order, [event, template]] of events.entries()) {
    const rejectedBefore = spent.rejected;
    for (const input of fc.sample(hostileValues([template]), {
      seed: seed + order,
      numRuns: count,
    })) {
      spent.inputs += 1;
      // One hello a connection: each of these gets its own.
      const asked = event === 'hello' ? await connect(false) : socket;
      const answer = await askAnyway(asked, event, input);
      if (asked !== socket) asked.close();
      else if (answer === 'gone') {
        socket.close();
        socket = await connect(true);
        continue;
      }
      if ((answer as { kind?: string } | null)?.kind === 'refused') {
        spent.rejected += 1;
        expect(messages.refused.safeParse(answer).success).toBe(true);
      }
    }
    expect(spent.rejected - rejectedBefore).toBeGreaterThan(count / 4);
    const own = noteOf(`note ${order}`, 100 + order);
    const broken = { ...noteOf('y', 500), body: { text: 7 } };
    const pushed = await socket.timeout(10_000).emitWithAck('push', { facts: [broken, own] });
    expect(pushed).toMatchObject({
      stored: [own.id],
      refused: [{ id: broken.id, code: 'wrong-type' }],
    });
  }
  expect(changedBuiltins(shared.builtins)).toEqual([]);
}, 600_000);

test('R-10 a desk parks what a gateway should never send and takes what stands beside it', async () => {
  const http: HttpServer = createServer();
  const server = new Server(http, { transports: ['websocket'] });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const seed = seedOf('R-10 feed');
  const count = Math.round(TOTAL * 0.005);
  const hostile = fc.sample(
    fc.oneof(
      hostileValues(FACTS),
      hostileValues([templateOf({ epoch: 'e', part: 'tail', from: 1, to: 1, facts: [1] })]),
    ),
    { seed, numRuns: count },
  );
  const good = Array.from({ length: Math.ceil(count / 10) }, (_, index) =>
    noteOf(`good ${index}`, index + 1),
  );
  const received = Promise.withResolvers<void>();
  let begun = false;
  server.of('/feed').on('connection', (socket) => {
    socket.on('hello', (_hello: unknown, reply: (welcome: object) => void) => {
      const head = { kind: 'welcome', protocol: 1, room: 'r', epoch: 'e', epochChanged: false };
      reply({ ...head, first: 1, last: 0, lost: [], now: NOW, person: null });
      if (!begun) {
        begun = true;
        void send();
      }
    });
    async function send(): Promise<void> {
      let seq = 0;
      for (const [index, fact] of good.entries()) {
        const beside = hostile.slice(index * 10, index * 10 + 10).map(wireable);
        for (const odd of beside.slice(0, 3)) {
          socket.emit('batch', odd);
          socket.emit('pulse', odd);
        }
        const facts = [...beside.slice(0, 5), fact, ...beside.slice(5)];
        const batch = { epoch: 'e', part: 'tail', from: seq + 1, to: seq + facts.length, facts };
        seq += facts.length;
        await socket.timeout(20_000).emitWithAck('batch', batch);
      }
      received.resolve();
    }
  });
  const folder = scratch();
  const journal = openJournal({ folder });
  const feed = openFeed({
    address,
    token: 't',
    journal,
    now: () => NOW,
    onFacts: () => undefined,
    onStatus: () => undefined,
    onPerson: () => undefined,
    onReceipts: () => undefined,
  });
  await received.promise;
  feed.close();
  spent.inputs += count;
  expect(good.filter(({ id }) => !journal.facts.has(id))).toEqual([]);
  const last = journal.facts.lastSeq();
  for (const { fact } of journal.facts.range(0, last, last))
    expect(checkFact(fact)).toMatchObject({ ok: true });
  const parked = journal.quarantineSize();
  expect(parked).toBeGreaterThan(count / 2);
  spent.rejected += parked;
  const rows = journal.database
    .prepare('SELECT code, length(excerpt) AS size FROM quarantine')
    .all() as { code: string; size: number }[];
  for (const { code, size } of rows) {
    expect(PROBLEM_CODES).toContain(code);
    expect(size).toBeLessThanOrEqual(500);
  }
  journal.close();
  expect(changedBuiltins(shared.builtins)).toEqual([]);
}, 600_000);

test('R-10 a flood is quarantined within 10,000 rows and 50 MB, the oldest out, the count kept', async () => {
  const folder = scratch();
  const row = (number: number, size: number) => ({
    at: number,
    source: 'prom',
    format: 'change',
    place: `[${number}]`,
    code: 'wrong-value' as const,
    reason: '核'.repeat(size),
    excerpt: 'x',
    weight: 'refused' as const,
  });
  const path = join(folder, 'gateway.db');
  const flood = async (most: {
    quarantineRows?: number;
    quarantineBytes?: number;
  }): Promise<string[]> => {
    rmSync(path, { force: true });
    const journal = openSqliteJournal({ path, now: () => NOW, ...most });
    for (let start = 0; start < 11_000; start += 500) {
      await journal.append(
        [],
        Array.from({ length: 500 }, (_, offset) => row(start + offset, 1)),
      );
    }
    for (let start = 11_000; start < 20_000; start += 500) {
      await journal.append(
        [],
        Array.from({ length: 500 }, (_, offset) => row(start + offset, 3_000)),
      );
    }
    await journal.close();
    const file = new Sqlite(path, { readonly: true });
    const kept = file
      .prepare(
        'SELECT count(*) AS rows, sum(octet_length(reason)) AS bytes, max(number) AS told, max(at) AS newest FROM quarantine',
      )
      .get() as { rows: number; bytes: number; told: number; newest: number };
    file.close();
    return [
      ...(kept.rows > 10_000 ? ['rows'] : []),
      ...(kept.bytes > 50_000_000 ? ['bytes'] : []),
      ...(kept.bytes < 40_000_000 ? ['too few kept'] : []),
      ...(kept.told !== 20_000 ? ['count'] : []),
      ...(kept.newest !== 19_999 ? ['newest'] : []),
    ];
  };
  expect(await flood({})).toEqual([]);
  // Negative control: without the bounds the same flood is found to pass them.
  expect(await flood({ quarantineRows: 1e9, quarantineBytes: 1e12 })).toEqual(['rows', 'bytes']);
}, 120_000);

test('R-10 negative control: each guard that is taken away is found by the same checks', () => {
  const { adapter, read, templates } = FORMATS['change'] ?? unreachable();
  const sample = fc.sample(hostileBytes(templates), { seed: 7, numRuns: 3_000 });
  const broken: Record<string, Adapter['adapt']> = {
    'accepts what the format refuses': (bytes, context) =>
      adapter.adapt(
        new TextEncoder().encode(
          new TextDecoder().decode(bytes).replace('"wrong"', '"deploy"').replace('NaN', '1'),
        ),
        context,
      ),
    'drops a refusal': (bytes, context) => {
      const adapted = adapter.adapt(bytes, context);
      return { ...adapted, problems: adapted.problems.filter(({ code }) => code !== 'missing') };
    },
    'has a code of its own': (bytes, context) => {
      const adapted = adapter.adapt(bytes, context);
      const other = { code: 'odd' } as never;
      return {
        ...adapted,
        problems: adapted.problems.map((one) => ({ ...one, ...(other as object) })),
      };
    },
    'reads what a prototype has': (bytes, context) => {
      const adapted = adapter.adapt(bytes, context);
      mergeCarelessly({}, jsonOrNull(bytes), 9);
      return adapted;
    },
  };
  for (const [name, adaptBroken] of Object.entries(broken)) {
    let found = 0;
    for (const bytes of sample) {
      const adapted = adapt({ ...adapter, adapt: adaptBroken }, bytes);
      found += faultsOf(adapted, read(bytes)).length + changedBuiltins(shared.builtins).length;
      delete (Object.prototype as { polluted?: unknown }).polluted;
    }
    expect([name, found > 0]).toEqual([name, true]);
  }
  // An input that takes long is found by the clock, and an adapter that throws by the property.
  const before = { ...spent };
  timed('slow on purpose', () => {
    const began = process.threadCpuUsage();
    while (process.threadCpuUsage(began).user < 2_000 * UNBOUNDED_MS);
  });
  expect(spent.slow).toHaveLength(1);
  Object.assign(spent, before, { slow: [] });
  expect(changedBuiltins(shared.builtins)).toEqual([]);
});

/** Emits whatever it is; a message that cannot be encoded at all is none. */
async function askAnyway(
  socket: ReturnType<typeof io>,
  event: string,
  input: unknown,
): Promise<unknown> {
  try {
    const sent = wireable(input);
    return await Promise.race([
      socket.timeout(10_000).emitWithAck(event, sent),
      new Promise((resolve) => socket.once('disconnect', () => resolve('gone'))),
    ]);
  } catch {
    return 'gone';
  }
}

/** As Socket.IO can carry it: JSON and bytes. */
function wireable(input: unknown): unknown {
  if (input instanceof Uint8Array) return Buffer.from(input);
  try {
    const text = JSON.stringify(input);
    return text === undefined ? null : (JSON.parse(text) as unknown);
  } catch {
    return typeof input;
  }
}

/** What many a merge did once: it follows `__proto__` into the prototype of every object. */
function mergeCarelessly(into: Record<string, unknown>, from: unknown, depth: number): void {
  if (typeof from !== 'object' || from === null || depth === 0) return;
  for (const [key, value] of Object.entries(from)) {
    const within = into[key];
    if (typeof value !== 'object' || value === null) {
      if (key === 'polluted') into[key] = value;
    } else if (typeof within === 'object' && within !== null) {
      mergeCarelessly(within as Record<string, unknown>, value, depth - 1);
    } else if (key !== '__proto__') {
      into[key] = {};
      mergeCarelessly(into[key] as Record<string, unknown>, value, depth - 1);
    }
  }
}

function jsonOrNull(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    return null;
  }
}

type Builtins = Map<object, Map<PropertyKey, PropertyDescriptor>>;

/** What the language's own objects hold, to see whether an input changed any of it. */
function snapshot(): Builtins {
  const watched: object[] = [
    Object,
    Array,
    String,
    Number,
    Boolean,
    Function,
    Map,
    Set,
    Promise,
    RegExp,
    Date,
    Error,
  ].flatMap((one) => [one, one.prototype as object]);
  watched.push(JSON, Math, Reflect, Uint8Array.prototype, Symbol.prototype);
  return new Map(
    watched.map((one) => [
      one,
      new Map(
        Reflect.ownKeys(one).map((key) => [key, Object.getOwnPropertyDescriptor(one, key) ?? {}]),
      ),
    ]),
  );
}

function changedBuiltins(builtins: Builtins): string[] {
  const changed: string[] = [];
  for (const [one, before] of builtins) {
    const keys = Reflect.ownKeys(one);
    if (keys.length !== before.size)
      changed.push(...keys.filter((key) => !before.has(key)).map(String));
    for (const [key, was] of before) {
      const is = Object.getOwnPropertyDescriptor(one, key);
      if (!Object.is(is?.value, was.value) || is?.get !== was.get || is?.set !== was.set)
        changed.push(String(key));
    }
  }
  return changed;
}

function textOf(bytes: Uint8Array): string {
  return JSON.stringify(new TextDecoder().decode(bytes).slice(0, 2_000));
}

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bad-input-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function unreachable(): never {
  throw new Error('not reached');
}

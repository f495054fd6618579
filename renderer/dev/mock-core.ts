import { parseRunbook } from '../../shared/runbooks/parse.ts';
import { mockLanes } from './mock-lanes.ts';
import { bareIncident } from './bare-rows.ts';
import type { Command } from '../../shared/commands/command.ts';
import type { Session, TimelineEntry } from '../../shared/ipc/contract.ts';
import { portPair, type Port } from '../../shared/ipc/port.ts';
import type { Position } from '../../shared/ipc/position.ts';
import type { TableName } from '../../shared/ipc/rows.ts';
import {
  HandlerError,
  serveClient,
  type Handlers,
  type ServedClient,
} from '../../shared/ipc/server.ts';
import { readPeople } from '../../shared/people/read-people.ts';
import { makeRecord } from './mock-record.ts';
import {
  entryOf,
  makeWorld,
  runbookTexts,
  sortEntries,
  tableAt,
  type Scenario,
} from './mock-world.ts';

/** A core that knows one made-up outage. Development only; it forgets everything. */

interface Subscription {
  readonly table: TableName;
  readonly position: Position;
  readonly client: ServedClient;
  sent: Map<string, string>;
}

export interface MockCore {
  /** The window's end of the port. */
  readonly port: Port;
  /** What the shell would do for the window. */
  readonly shell: (name: string, body: unknown) => Promise<unknown>;
}

export function createMockCore(scenario: Scenario, first: Partial<Session>): MockCore {
  let world = makeWorld(scenario, Date.now());
  let session: Session = {
    person: scenario === 'start' ? null : 'Mei Lin',
    language: 'en',
    theme: 'dark',
    gateway: world.status.feedAddress,
    tokenKept: true,
    runbookFolder: null,
    room: world.status.room,
    layout: {},
    drafts: {},
    directSources: [],
    webhooks: [],
    ...first,
  };
  let record = makeRecord(scenario, Date.now());
  const subscriptions = new Map<string, Subscription>();
  const clients = new Set<ServedClient>();

  const emitRows = (tables: readonly TableName[]): void => {
    world.status = { ...world.status, now: Date.now() };
    for (const [id, subscription] of subscriptions) {
      if (subscription.position.mode !== 'live' || !tables.includes(subscription.table)) continue;
      const rows = tableAt(world, subscription.table, subscription.position);
      const next = new Map(rows.map((row) => [row.key, JSON.stringify(row)]));
      const upserts = rows.filter((row) => subscription.sent.get(row.key) !== next.get(row.key));
      const removes = [...subscription.sent.keys()].filter((key) => !next.has(key));
      subscription.sent = next;
      if (upserts.length + removes.length === 0) continue;
      subscription.client.emit('rows', {
        id,
        upserts: upserts,
        removes,
        asOf: Date.now(),
      });
    }
  };
  const addEntry = (entry: TimelineEntry): void => {
    world.entries.push(entry);
    sortEntries(world.entries);
    for (const client of clients) {
      client.emit('timeline.grew', { from: entry.at, to: entry.at, count: 1 });
    }
  };
  const openRoom = (room: Session['room'], next: Scenario): { session: Session } => {
    world = makeWorld(next, Date.now());
    world.status = { ...world.status, room, roomTitle: room === 'bundle' ? 'Checkout outage' : '' };
    session = { ...session, room, gateway: world.status.feedAddress };
    for (const client of clients) client.emit('session.changed', { session });
    return { session };
  };
  const visible = (position: Position): TimelineEntry[] =>
    position.mode === 'live'
      ? world.entries
      : world.entries.filter(
          (entry) => (position.mode === 'known' ? entry.heardAt : entry.at) <= position.moment,
        );

  const handlers: Handlers<ServedClient> = {
    'session.read': () => session,
    'session.write': (patch) => {
      session = { ...session, ...(patch as Partial<Session>) };
      return session;
    },
    'room.connect': () => openRoom('live', 'busy'),
    'file.import': ({ name }) => ({
      format: 'alertmanager-groups',
      source: `file:${name}`,
      accepted: 3,
      duplicates: 0,
      problems: [],
      problemCount: 0,
    }),
    'direct.set': ({ sources }) => {
      session = { ...session, directSources: sources };
      return { session };
    },
    'webhooks.set': ({ webhooks }) => {
      session = { ...session, webhooks };
      return { session };
    },
    'updates.send': () => ({}),
    'people.read': ({ text, ...context }) => readPeople(text, { ...context, now: Date.now() }),
    'room.open': () => openRoom('live', scenario === 'start' ? 'empty' : scenario),
    'room.disconnect': () => {
      session = { ...session, gateway: null };
      world.status = { ...world.status, feed: 'none', feedAddress: null };
      emitRows(['status']);
      return { session };
    },
    'demo.open': () => openRoom('demo', 'demo'),
    'bundle.open': () => ({ ...openRoom('bundle', 'demo'), facts: 17_247 }),
    'bundle.close': () => openRoom('live', 'busy'),
    'runbooks.use-folder': () => ({ session }),
    'table.read': ({ table, position }) => ({
      rows: tableAt(world, table, position) as unknown as Record<string, unknown>[],
      asOf: Date.now(),
    }),
    'subscription.open': ({ id, table, position }, client) => {
      clients.add(client);
      const rows = tableAt(world, table, position);
      const sent = new Map(rows.map((row) => [row.key, JSON.stringify(row)]));
      subscriptions.set(id, { table, position, client, sent });
      return { rows: rows as unknown as Record<string, unknown>[], asOf: Date.now() };
    },
    'subscription.close': ({ id }) => {
      subscriptions.delete(id);
      return {};
    },
    'timeline.read': ({ position, from, to, limit, filter }) => {
      const found = visible(position).filter(
        (entry) =>
          entry.at >= from &&
          entry.at <= to &&
          (filter.groups.length === 0 || filter.groups.includes(groupOf(entry.kind))) &&
          (!filter.pinnedOnly || entry.pinned) &&
          JSON.stringify(entry.body).toLowerCase().includes(filter.text.toLowerCase()),
      );
      return { entries: found.slice(-limit), total: found.length };
    },
    'attachment.keep': () => ({ kept: false, problem: 'no-space' }),
    'attachment.read': () => ({ bytes: null }),
    'timeline.density': ({ position, from, to, buckets }) => {
      const density = {
        critical: new Uint32Array(buckets),
        warning: new Uint32Array(buckets),
        other: new Uint32Array(buckets),
        people: new Uint32Array(buckets),
        changes: new Uint32Array(buckets),
      };
      for (const entry of visible(position)) {
        const place = Math.floor(((entry.at - from) / (to - from)) * buckets);
        if (place < 0 || place >= buckets) continue;
        const lane = density[laneOf(entry)];
        lane[place] = (lane[place] ?? 0) + 1;
      }
      return density;
    },
    'timeline.lanes': ({ from, to, by, columns }) =>
      mockLanes(world.entries, by, from, to, columns),
    'timeline.entry': ({ seq }) => ({
      entry: world.entries.find((entry) => entry.seq === seq) ?? null,
    }),
    'timeline.extent': () => ({
      from: world.entries[0]?.at ?? null,
      to: world.entries.at(-1)?.at ?? null,
    }),
    'thing.history': ({ thing, limit }) => ({
      entries: world.entries.filter((entry) => entry.thing === thing).slice(-limit),
    }),
    'fact.read': ({ ids }) => ({
      entries: world.entries.filter((entry) => ids.some((id) => entry.id.startsWith(id))),
    }),
    'command.run': ({ command }) => {
      if (scenario === 'broken') throw new HandlerError('disk', 'EROFS');
      if (session.room === 'bundle') return { done: false, code: 'read-only' };
      return runMock(command);
    },
    'noise.read-config': () => ({ rules: [], groupBy: [], problems: [] }),
    'units.read': () => ({ rules: null, problems: [] }),
    'runbook.read': ({ digest }) => {
      const found = runbookTexts.get(digest);
      const row = world.runbooks.find((runbook) => runbook.digest === digest);
      return {
        fileName: found?.fileName ?? row?.fileName ?? 'unknown.md',
        text: found?.text ?? null,
        runbook: found?.runbook ?? null,
        problems: [...(found?.problems ?? [])],
      };
    },
    'runbook.check': ({ fileName, text }) => {
      const { runbook, problems } = parseRunbook(text, { fileName });
      return { runbook, problems: [...problems] };
    },
    'runbook.convert': ({ fileName, text }) => ({
      format: 'markdown',
      runbooks: [{ fileName, text, problems: [...parseRunbook(text, { fileName }).problems] }],
      problems: [],
    }),
    'runbook.search': () => ({ found: [] }),
    'runbook.coverage': () => ({ alerts: [] }),
    'runbook.match': (thing) => {
      const row = world.alerts.find((known) => 'alert' in thing && known.key === thing.alert);
      return {
        matches: world.runbooks
          .filter((runbook) => row && runbook.alerts.includes(row.name))
          .map((runbook) => ({ digest: runbook.digest, key: runbook.key, reason: 'alert-listed' })),
      };
    },
    'export.write': ({ path }) => ({ path, facts: world.entries.length, bytes: 482_113 }),
    'search.read': ({ text, before, limit }) => {
      const words = text.toLowerCase().split(/\s+/);
      const found = world.entries.filter((entry) => {
        const said = `${JSON.stringify(entry.body)} ${entry.author?.person ?? ''}`.toLowerCase();
        return (
          (before === null || entry.seq < before) && words.every((word) => said.includes(word))
        );
      });
      const facts = world.status.facts;
      const isBehind = world.status.viewsBehind > 0 || scenario === 'gaps';
      return {
        entries: found.slice(-limit).reverse(),
        indexed: isBehind ? Math.round(facts * 0.71) : facts,
        facts,
      };
    },
    'actions.read': () => ({
      state: 'refused',
      problem: 'none',
      detail: '',
      folder: '/home/mei/.config/Holdfast/actions',
      version: null,
      signedBy: null,
      expiresAt: null,
      replica: 'mock',
      entries: [],
    }),
    'actions.plan': () => ({ plan: null, problem: 'no-catalogue', parameter: null }),
    'actions.output': () => ({ output: null }),
    'record.read': () => record,
    'record.check': () => {
      record = { ...record, check: { ...record.check, running: true, checked: 0 } };
      return {};
    },
    'record.copy': () => {
      const point = { at: Date.now(), lastSeq: record.check.total, file: 'a.sqlite' };
      const { copies } = record;
      record = { ...record, copies: { ...copies, points: [...copies.points, point] } };
      return {};
    },
    'record.backup': () => ({ path: '', facts: 0, bytes: 0 }),
    'journal.open': () => ({ session: session, facts: 0 }),
    'core.describe': () => ({
      version: '0.1.0',
      node: 'mock',
      sqlite: null,
      process: 'window',
      journal: null,
    }),
  };

  function runMock(command: Command):
    | { done: true; facts: string[]; thing: string }
    | {
        done: false;
        code: string;
      } {
    const now = Date.now();
    const by = session.person;
    if (by === null) return { done: false, code: 'no-person' };
    const sent = world.status.feed === 'connected' || session.room === 'demo' ? 'sent' : 'pending';
    const record = (
      kind: string,
      thing: string,
      body: TimelineEntry['body'],
      at: number = now,
    ): { done: true; facts: string[]; thing: string } => {
      const entry = { ...entryOf(kind, thing, at, 'people', body, by), sent } as TimelineEntry;
      if (kind === 'note.written') entry.currentText = String(body['text']);
      if (sent === 'pending') world.status = { ...world.status, outbox: world.status.outbox + 1 };
      addEntry(entry);
      emitRows(['alerts', 'nodes', 'incidents', 'runs', 'status']);
      return { done: true, facts: [entry.id], thing };
    };
    const { name, ...body } = command;
    switch (command.name) {
      case 'alert.acknowledge':
      case 'alert.unacknowledge': {
        const alert = world.alerts.find((row) => row.key === command.alert);
        if (!alert) return { done: false, code: 'unknown-thing' };
        const wanted = command.name === 'alert.acknowledge';
        if (wanted && alert.acknowledged) return { done: false, code: 'already-acknowledged' };
        alert.acknowledged = wanted ? { by, at: now, comment: command.comment ?? null } : null;
        return record(wanted ? 'alert.acknowledged' : 'alert.unacknowledged', alert.key, {});
      }
      case 'alert.assign': {
        const alert = world.alerts.find((row) => row.key === command.alert);
        if (!alert) return { done: false, code: 'unknown-thing' };
        alert.assigned = command.to;
        return record('alert.assigned', alert.key, { to: command.to });
      }
      case 'alert.release':
      case 'alert.unrelease':
      case 'silence.create':
      case 'silence.expire':
      case 'units.configure':
      case 'noise.configure':
        // The pipeline lives in the core: here its rows stay as the scenario has them.
        return { done: false, code: 'read-only' };
      case 'incident.declare': {
        const key = `incident:${String(now)}`;
        world.incidents.push({
          key,
          title: command.title,
          severity: command.severity,
          commander: command.commander,
          services: command.services,
          declaredAt: now,
          declaredBy: by,
          sent,
          ...bareIncident,
        });
        return record('incident.declared', key, body as TimelineEntry['body']);
      }
      case 'incident.rename':
      case 'incident.change-severity':
      case 'incident.assign-commander':
      case 'incident.resolve':
      case 'incident.reopen': {
        const incident = world.incidents.find((row) => row.key === command.incident);
        if (!incident) return { done: false, code: 'unknown-thing' };
        if (command.name === 'incident.rename') incident.title = command.title;
        else if (command.name === 'incident.change-severity') incident.severity = command.severity;
        else if (command.name === 'incident.assign-commander')
          incident.commander = command.commander;
        else {
          const isOver = command.name === 'incident.resolve';
          incident.status = isOver ? 'resolved' : 'active';
          incident.resolvedAt = isOver ? now : null;
          incident.resolvedBy = isOver ? by : null;
        }
        const kinds = {
          'incident.rename': 'incident.renamed',
          'incident.change-severity': 'incident.severity-changed',
          'incident.assign-commander': 'incident.commander-changed',
          'incident.resolve': 'incident.resolved',
          'incident.reopen': 'incident.reopened',
        } as const;
        return record(kinds[command.name], incident.key, body as TimelineEntry['body']);
      }
      case 'note.write':
        if ((command.at ?? now) > now + 120_000) return { done: false, code: 'in-the-future' };
        return record(
          'note.written',
          `note:${String(now)}`,
          { text: command.text },
          command.at ?? now,
        );
      case 'note.correct': {
        const entry = world.entries.find(
          (known) => known.thing === command.note && known.kind === 'note.written',
        );
        if (!entry) return { done: false, code: 'unknown-thing' };
        entry.currentText = command.text;
        return record('note.corrected', command.note, { text: command.text });
      }
      case 'entry.pin':
      case 'entry.unpin': {
        const entry = world.entries.find((known) => known.id === command.entry);
        if (!entry) return { done: false, code: 'unknown-thing' };
        entry.pinned = command.name === 'entry.pin';
        for (const client of clients) {
          client.emit('timeline.grew', { from: entry.at, to: entry.at, count: 0 });
        }
        return { done: true, facts: [entry.id], thing: entry.thing };
      }
      case 'run.start': {
        const key = `run:${String(now)}`;
        world.runs.push({
          key,
          runbook: command.runbook,
          title: command.title,
          digest: command.digest,
          incident: command.incident ?? null,
          alert: command.alert ?? null,
          startedAt: now,
          startedBy: by,
          startedFrom: 'this-desk',
          heldBy: by,
          handOvers: [],
          status: 'running',
          endedAt: null,
          steps: [],
        });
        return record('run.started', key, body as TimelineEntry['body']);
      }
      case 'run.record-step': {
        const run = world.runs.find((row) => row.key === command.run);
        if (!run) return { done: false, code: 'unknown-thing' };
        run.steps.push({
          factId: entryOf('run.step-recorded', run.key, now, 'people', {}, by).id,
          step: command.step,
          title: command.title,
          outcome: command.outcome,
          answer: command.answer ?? null,
          note: command.note ?? null,
          expected: command.expected ?? null,
          evidence: command.evidence ?? [],
          reason: command.reason ?? null,
          execution: command.execution ?? null,
          at: now,
          by,
          sent,
        });
        return record('run.step-recorded', run.key, body as TimelineEntry['body']);
      }
      case 'run.finish': {
        const run = world.runs.find((row) => row.key === command.run);
        if (!run) return { done: false, code: 'unknown-thing' };
        run.status = command.outcome;
        run.endedAt = now;
        return record('run.finished', run.key, { outcome: command.outcome });
      }
      default:
        void name;
        // What leads an incident lives in the core: the mock shows rows and keeps notes.
        return { done: false, code: 'read-only' };
    }
  }

  /** Alerts come and go, as many a tenth of a second as the scenario has it. */
  const live = (): void => {
    if (session.room === 'none' || world.alerts.length === 0) return;
    if (world.status.feed !== 'connected' && session.room !== 'demo') return emitRows(['status']);
    const count = world.scenario === 'busy' || world.scenario === '5000' ? 40 : 1;
    for (let turn = 0; turn < count; turn += 1) {
      const alert = world.alerts[Math.floor(Math.random() * world.alerts.length)];
      if (!alert) continue;
      const now = Date.now();
      const fires = alert.status !== 'firing' && Math.random() < 0.3;
      alert.status = fires ? 'firing' : Math.random() < 0.2 ? 'resolved' : alert.status;
      alert.endsAt = alert.status === 'resolved' ? (alert.endsAt ?? now) : null;
      if (fires) alert.startsAt = now;
      alert.asOf = now;
    }
    emitRows(['alerts', 'nodes', 'status']);
  };
  setInterval(live, scenario === 'busy' ? 200 : 2_000);
  setInterval(() => {
    const { check } = record;
    if (!check.running) return;
    const checked = Math.min(check.total, check.checked + 30_000);
    const isDone = checked >= check.total;
    record = {
      ...record,
      check: {
        ...check,
        checked,
        running: !isDone,
        completedAt: isDone ? Date.now() : check.completedAt,
      },
    };
  }, 1_000);

  const [windowPort, corePort] = portPair();
  clients.add(serveClient(corePort, 'window', handlers).client);

  return {
    port: windowPort,
    async shell(name, body) {
      switch (name) {
        case 'shell.connect': {
          const { token, remember } = body as { token: string; remember: boolean };
          await new Promise((resolve) => setTimeout(resolve, 400));
          if (token === 'wrong') throw new Error('the gateway answered 401: unknown token');
          return { session: openRoom('live', 'busy').session, tokenKept: remember };
        }
        case 'shell.open-file':
          return { opened: true, session: openRoom('bundle', 'demo').session };
        case 'shell.open-journal':
          return { opened: true, session: openRoom('bundle', 'demo').session, facts: 1_000_000 };
        case 'shell.backup':
          return {
            saved: true,
            path: '/media/usb/holdfast-backup-202603010214',
            facts: 1_204_331,
            bytes: 1_101_144_064,
          };
        case 'shell.choose-runbook-folder':
          return { session };
        case 'shell.export':
          return { saved: true, path: '~/incident.holdfast', facts: 17_247, bytes: 482_113 };
        case 'shell.open-link':
          return { opened: true };
        case 'shell.copy':
          await navigator.clipboard?.writeText((body as { text: string }).text).catch(() => {});
          return {};
        default:
          throw new Error(`no shell request "${name}"`);
      }
    },
  };
}

function groupOf(
  kind: string,
): 'alerts' | 'changes' | 'people' | 'runbooks' | 'sources' | 'topology' {
  if (kind === 'alert.fired' || kind === 'alert.resolved') return 'alerts';
  if (kind.startsWith('change.')) return 'changes';
  if (kind.startsWith('run.') || kind.startsWith('runbook.')) return 'runbooks';
  if (kind.startsWith('source.')) return 'sources';
  if (kind.startsWith('node.') || kind.startsWith('edge.')) return 'topology';
  return 'people';
}

function laneOf(entry: TimelineEntry): 'critical' | 'warning' | 'other' | 'people' | 'changes' {
  const group = groupOf(entry.kind);
  if (group === 'changes' || group === 'people') return group;
  if (group === 'runbooks') return 'people';
  if (entry.kind !== 'alert.fired') return 'other';
  const severity = entry.body['severity'];
  return severity === 'critical' || severity === 'warning' ? severity : 'other';
}

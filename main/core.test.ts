import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import Sqlite from 'better-sqlite3';
import { strToU8, unzipSync, zipSync } from 'fflate';
import type { Command } from '../shared/commands/command.ts';
import type {
  AlertRow,
  ExecutionRow,
  IncidentRow,
  StatusRow,
  TableName,
} from '../shared/ipc/rows.ts';
import type { Position } from '../shared/ipc/position.ts';
import { openJournal } from './journal/journal.ts';
import { catalogueText, installCatalogue } from './testing/actions.ts';
import { openDesk, type Desk } from './testing/desk.ts';
import { edgeFact, firedFact, heardFact, nodeFact, resolvedFact } from './testing/facts.ts';
import { scratchFolder } from './testing/scratch.ts';

const LIVE = { mode: 'live' } as const;

async function deskWithIncident(): Promise<Desk & { incident: string }> {
  const desk = openDesk({ profile: scratchFolder() });
  await desk.window.ask('room.open', {});
  await desk.window.ask('session.write', { person: 'maya' });
  const declared = await desk.window.ask('command.run', {
    command: {
      name: 'incident.declare',
      title: 'Payments <b>fail</b> | \u202eright to left',
      severity: 'SEV-1',
      commander: 'maya',
      services: ['checkout'],
    },
  });
  if (!declared.done) throw new Error(declared.code);
  await desk.window.ask('command.run', {
    command: { name: 'note.write', text: '=cmd|calc, "quoted"\nsecond line' },
  });
  return { ...desk, incident: declared.thing };
}

test('I1 a question that breaks the contract is answered with an error and reaches nothing', async () => {
  const { window } = openDesk({ profile: scratchFolder() });
  await expect(
    window.ask('table.read', { table: 'secrets' as 'alerts', position: LIVE }),
  ).rejects.toThrow(/table/);
  await expect(window.ask('no.such' as 'session.read', {})).rejects.toThrow(/no request/);
  await expect(window.ask('table.read', { table: 'alerts', position: LIVE })).rejects.toMatchObject(
    {
      code: 'no-room',
    },
  );
});

test('I2 a window may not ask what is reserved to the shell', async () => {
  const { window } = openDesk({ profile: scratchFolder() });
  for (const [name, body] of [
    ['bundle.open', { path: '/etc/passwd' }],
    ['export.write', { format: 'csv', path: '/tmp/x', incident: null, language: 'en' }],
    ['room.connect', { address: 'http://127.0.0.1', token: 'x', tokenKept: false }],
    ['runbooks.use-folder', { path: '/' }],
  ] as const) {
    await expect(window.ask(name, body as never)).rejects.toMatchObject({ code: 'forbidden' });
  }
});

test('C2 without a name at the desk nothing is written', async () => {
  const { window } = openDesk({ profile: scratchFolder() });
  await window.ask('room.open', {});
  const answer = await window.ask('command.run', { command: { name: 'note.write', text: 'x' } });
  expect(answer).toEqual({ done: false, code: 'no-person' });
});

test('the session survives a restart, and a broken session file costs no start', async () => {
  const profile = scratchFolder();
  const first = openDesk({ profile });
  await first.window.ask('session.write', {
    person: 'maya',
    language: 'zh-CN',
    drafts: { note: 'half' },
  });
  await first.core.stop();
  const second = openDesk({ profile });
  expect(await second.window.ask('session.read', {})).toMatchObject({
    person: 'maya',
    language: 'zh-CN',
    drafts: { note: 'half' },
  });
  writeFileSync(join(profile, 'session.json'), '{"person": 3');
  const third = openDesk({ profile });
  expect(await third.window.ask('session.read', {})).toMatchObject({ person: null });
});

test('B1 what was exported opens again, read-only, with the same state', async () => {
  const desk = await deskWithIncident();
  const path = join(scratchFolder(), 'payments.holdfast');
  const written = await desk.shell.ask('export.write', {
    format: 'bundle',
    path,
    incident: desk.incident,
    language: 'en',
  });
  expect(written.facts).toBe(2);
  const before = await desk.window.ask('table.read', { table: 'incidents', position: LIVE });
  const other = openDesk({ profile: scratchFolder() });
  await other.shell.ask('bundle.open', { path });
  const after = await other.window.ask('table.read', { table: 'incidents', position: LIVE });
  const plain = (rows: Record<string, unknown>[]): unknown =>
    rows.map((row) => ({ ...(row as unknown as IncidentRow), sent: null }));
  expect(plain(after.rows)).toEqual(plain(before.rows));
  expect(
    await other.window.ask('command.run', { command: { name: 'note.write', text: 'x' } }),
  ).toEqual({
    done: false,
    code: 'read-only',
  });
  // Leaving it leads back to the room of this desk.
  const { session } = await other.window.ask('bundle.close', {});
  expect(session.room).toBe('live');
  const rows = await other.window.ask('table.read', { table: 'alerts', position: LIVE });
  expect(rows.rows as unknown as AlertRow[]).toEqual([]);
});

test('B2 a bundle that was changed is refused and told where', async () => {
  const desk = await deskWithIncident();
  const folder = scratchFolder();
  const path = join(folder, 'whole.holdfast');
  await desk.shell.ask('export.write', { format: 'bundle', path, incident: null, language: 'en' });
  const files = unzipSync(readFileSync(path));
  const text = (name: string): string => new TextDecoder().decode(files[name]);
  const attempt = async (change: Record<string, string | null>): Promise<string> => {
    const changed = { ...files };
    for (const [name, content] of Object.entries(change)) {
      if (content === null) delete changed[name];
      else changed[name] = strToU8(content);
    }
    const bad = join(folder, 'bad.holdfast');
    writeFileSync(bad, zipSync(changed));
    return desk.shell.ask('bundle.open', { path: bad }).then(
      () => 'opened',
      (error: Error) => error.message,
    );
  };
  const facts = text('facts.ndjson');
  const lines = facts.trimEnd().split('\n');
  expect(await attempt({ 'facts.ndjson': facts.replace('SEV-1', 'SEV-5') })).toMatch(
    /^facts\.ndjson:1: .*content/,
  );
  expect(await attempt({ 'facts.ndjson': `${lines[0]}\n` })).toMatch(/^facts\.ndjson: .*removed/);
  expect(await attempt({ 'facts.ndjson': `${[...lines].reverse().join('\n')}\n` })).toMatch(
    /moved/,
  );
  expect(await attempt({ 'facts.ndjson': null })).toMatch(/^facts\.ndjson: is missing/);
  expect(await attempt({ 'extra.md': 'x' })).toMatch(/^extra\.md: is not in the manifest/);
  expect(await attempt({ 'manifest.json': '{' })).toMatch(/^manifest\.json: /);
  expect(
    await attempt({ 'manifest.json': text('manifest.json').replace('"version":1', '"version":9') }),
  ).toMatch(/newer/);
  // The desk still shows its own room.
  expect((await desk.window.ask('session.read', {})).room).toBe('live');
});

test('B4 a file that is no bundle, too large or leads elsewhere is refused with a reason', async () => {
  const desk = openDesk({ profile: scratchFolder() });
  const folder = scratchFolder();
  const attempt = (bytes: Uint8Array): Promise<string> => {
    const path = join(folder, 'x.holdfast');
    writeFileSync(path, bytes);
    return desk.shell.ask('bundle.open', { path }).then(
      () => 'opened',
      (error: Error) => error.message,
    );
  };
  expect(await attempt(strToU8('no zip at all'))).toMatch(/zip/);
  expect(await attempt(new Uint8Array())).not.toBe('opened');
  for (const name of ['../evil', '/etc/passwd', 'a\\b', 'C:evil', 'x/../../y', '']) {
    expect(await attempt(zipSync({ [name]: strToU8('x') }))).toMatch(/path|zip|manifest/);
  }
  await expect(desk.shell.ask('bundle.open', { path: join(folder, 'none') })).rejects.toThrow(
    /none/,
  );
});

test('B3 the same content gives the same bytes', async () => {
  const { buildBundle } = await import('../shared/bundle/bundle.ts');
  const { zipFiles } = await import('./bundles/zip.ts');
  const content = {
    title: 't',
    incident: null,
    exportedAt: 5,
    now: 5,
    exportedBy: 'm',
    facts: [],
    texts: [],
  };
  expect(zipFiles(buildBundle(content))).toEqual(zipFiles(buildBundle(content)));
});

test('the timeline as Markdown and CSV is sorted, and neither markup nor formula gets through', async () => {
  const desk = await deskWithIncident();
  const folder = scratchFolder();
  const write = async (format: 'markdown' | 'csv'): Promise<string> => {
    const path = join(folder, format);
    await desk.shell.ask('export.write', { format, path, incident: desk.incident, language: 'en' });
    return readFileSync(path, 'utf8');
  };
  const markdown = await write('markdown');
  expect(markdown).toContain('Payments \\<b\\>fail\\</b\\> \\|');
  const csv = await write('csv');
  expect(csv.split('\r\n')[0]).toBe('message,datetime,timestamp_desc,heard_at,who,fact_id');
  expect(csv).toContain(`"'=cmd|calc, ""quoted""`);
});

test('an export to a place that cannot be written says so and leaves nothing', async () => {
  const desk = await deskWithIncident();
  await expect(
    desk.shell.ask('export.write', {
      format: 'csv',
      path: join(scratchFolder(), 'no', 'such', 'folder.csv'),
      incident: null,
      language: 'en',
    }),
  ).rejects.toMatchObject({ code: 'disk' });
});

test('A7 while an action runs here nothing else is opened in its place, and it goes on', async () => {
  const profile = scratchFolder();
  const sleeps = {
    id: 'sleep',
    title: 'Sleep',
    does: 'Sleeps.',
    kind: 'command',
    effect: 'reads',
    executable: '/bin/sleep',
    argv: ['60'],
    timeoutSeconds: 60,
  };
  installCatalogue(join(profile, 'actions'), catalogueText([sleeps]));
  const desk = openDesk({ profile });
  await desk.window.ask('room.open', {});
  await desk.window.ask('session.write', { person: 'maya' });
  const run = async (command: Command): Promise<string> => {
    const answer = await desk.window.ask('command.run', { command });
    return answer.done ? answer.thing : answer.code;
  };
  const path = join(scratchFolder(), 'all.holdfast');
  await run({ name: 'note.write', text: 'x' });
  const all = { format: 'bundle', path, incident: null, language: 'en' } as const;
  await desk.shell.ask('export.write', all);
  const execution = await run({
    name: 'execution.propose',
    entry: 'sleep',
    parameters: {},
    automatic: false,
  });
  const rows = (): Promise<ExecutionRow[]> =>
    desk.window
      .ask('table.read', { table: 'executions', position: LIVE })
      .then((answer) => answer.rows as unknown as ExecutionRow[]);
  const digest = (await rows())[0]?.digest ?? '';
  await run({ name: 'execution.approve', execution, digest });
  expect(await run({ name: 'execution.start', execution, digest })).toBe(execution);
  const runs = { code: 'action-runs' };
  await expect(desk.window.ask('demo.open', { speed: 1 })).rejects.toMatchObject(runs);
  await expect(desk.shell.ask('bundle.open', { path })).rejects.toMatchObject(runs);
  await expect(desk.shell.ask('journal.open', { path: profile })).rejects.toMatchObject(runs);
  expect((await desk.window.ask('session.read', {})).room).toBe('live');
  expect((await rows())[0]).toMatchObject({ ended: null });
});

test('the demo plays the recorded outage into a room of its own, without a network', async () => {
  const profile = scratchFolder();
  const desk = openDesk({ profile });
  await desk.window.ask('room.open', {});
  await desk.window.ask('session.write', { person: 'maya' });
  const { session } = await desk.window.ask('demo.open', { speed: 2_000 });
  expect(session.room).toBe('demo');
  const read = async (table: 'alerts' | 'nodes' | 'changes'): Promise<number> =>
    (await desk.window.ask('table.read', { table, position: LIVE })).rows.length;
  await expect.poll(() => read('alerts'), { timeout: 20_000 }).toBeGreaterThan(100);
  await expect.poll(() => read('changes'), { timeout: 20_000 }).toBe(3);
  expect(await read('nodes')).toBeGreaterThanOrEqual(60);
  expect((await desk.window.ask('bundle.close', {})).session.room).toBe('live');
  expect(await read('alerts')).toBe(0);
});

const T0 = 1_760_000_040_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

async function rowsOf(
  desk: Desk,
  table: TableName,
  position: Position = LIVE,
): Promise<Record<string, unknown>[]> {
  const { rows } = await desk.window.ask('table.read', { table, position });
  // How much a source said and what reached the gateway is each desk's own.
  const own = { facts: null, lastHeardAt: null, lagMs: null, quarantined: null };
  const text = JSON.stringify(
    rows
      .map((row): Record<string, unknown> => ({ ...row, ...own }))
      .sort((left, right) => (String(left['key']) < String(right['key']) ? -1 : 1)),
    (name, value: unknown) => (name === 'sent' ? null : value),
  );
  return JSON.parse(text) as Record<string, unknown>[];
}

test('B1 an incident opened days later reads as it did at the end of its window', async () => {
  let now = T0;
  const profile = scratchFolder();
  const journal = openJournal({ folder: join(profile, 'rooms', 'live') });
  const heard = Array.from({ length: 40 * 60 }, (_, minute) =>
    heardFact('am', T0 + minute * MINUTE),
  );
  const twice = ['z1', 'z2', 'z3', 'z4'].map((zone) => nodeFact('moved', T0, zone));
  journal.appendForeign(
    [
      ...heard,
      ...twice,
      nodeFact('checkout', T0),
      nodeFact('ledger', T0),
      edgeFact('checkout', 'ledger', T0),
      firedFact({ name: 'Old', service: 'checkout', at: T0 }),
      firedFact({ name: 'Over', service: 'ledger', at: T0 }),
      resolvedFact({ name: 'Over', service: 'ledger', startsAt: T0, at: T0 + MINUTE }),
      // Long after the incident: not its business.
      firedFact({ name: 'Later', service: 'ledger', at: T0 + 20 * HOUR }),
    ],
    T0,
  );
  journal.close();
  const desk = openDesk({ profile, now: () => now });
  await desk.window.ask('session.write', { person: 'maya' });
  const run = async (
    command: Parameters<typeof desk.window.ask<'command.run'>>[1]['command'],
  ): Promise<{ thing: string; facts: string[] }> => {
    const answer = await desk.window.ask('command.run', { command });
    if (!answer.done) throw new Error(answer.code);
    return answer;
  };
  now = T0 + 2 * MINUTE;
  const old = firedFact({ name: 'Old', service: 'checkout', at: T0 });
  await run({ name: 'alert.acknowledge', alert: old.thing });
  const [runbook] = await rowsOf(desk, 'runbooks');
  const started = await run({
    name: 'run.start',
    runbook: String(runbook?.['id']),
    title: String(runbook?.['title']),
    digest: String(runbook?.['digest']),
    alert: old.thing,
  });
  const unrelated = await run({ name: 'note.write', text: 'nothing to do with it' });
  now = T0 + 3 * HOUR;
  const { thing: incident } = await run({
    name: 'incident.declare',
    title: 'Payments',
    severity: 'SEV-1',
    commander: 'maya',
    services: ['checkout'],
  });
  await run({
    name: 'run.record-step',
    run: started.thing,
    step: 'one',
    title: 'One',
    outcome: 'done',
  });
  const cause = await run({ name: 'note.write', text: 'the cause', at: T0 + MINUTE, incident });
  await run({ name: 'entry.pin', entry: cause.facts[0] ?? '' });
  now = T0 + 4 * HOUR;
  await run({ name: 'incident.resolve', incident, summary: 'rolled back' });
  const end = now + 30 * MINUTE;
  now = T0 + 30 * HOUR;
  await run({ name: 'note.correct', note: cause.thing, text: 'the real cause' });
  const path = join(scratchFolder(), 'payments.holdfast');
  await desk.shell.ask('export.write', { format: 'bundle', path, incident, language: 'en' });

  const other = openDesk({ profile: scratchFolder(), now: () => now + 100 * HOUR });
  await other.shell.ask('bundle.open', { path });
  for (const table of ['alerts', 'nodes', 'edges', 'sources', 'incidents', 'runs'] as const) {
    expect([table, await rowsOf(other, table)]).toEqual([
      table,
      await rowsOf(desk, table, { mode: 'happened', moment: end }),
    ]);
  }
  const [alert] = (await rowsOf(other, 'alerts')) as unknown as AlertRow[];
  expect(alert).toMatchObject({ status: 'firing', acknowledged: { by: 'maya' } });
  const { entries } = await other.window.ask('timeline.read', {
    position: LIVE,
    from: 0,
    to: now,
    limit: 100,
    filter: { groups: ['people'], text: '', pinnedOnly: false },
  });
  const entry = entries.find(({ id }) => id === cause.facts[0]);
  expect(entry).toMatchObject({ pinned: true, currentText: 'the real cause' });
  expect(entries.some(({ id }) => id === unrelated.facts[0])).toBe(false);
});

test('B1 the same bundle opens again over itself, and nothing of it stays behind', async () => {
  const desk = await deskWithIncident();
  const path = join(scratchFolder(), 'payments.holdfast');
  await desk.shell.ask('export.write', { format: 'bundle', path, incident: null, language: 'en' });
  const profile = scratchFolder();
  const other = openDesk({ profile });
  const first = await other.shell.ask('bundle.open', { path });
  expect(await other.shell.ask('bundle.open', { path })).toEqual(first);
  expect(await rowsOf(other, 'incidents')).toHaveLength(1);
  expect(readdirSync(join(profile, 'rooms', 'opened'))).toHaveLength(1);
  await other.window.ask('bundle.close', {});
  expect(readdirSync(join(profile, 'rooms', 'opened'))).toEqual([]);
});

test('I1 a question nested too deeply is refused, and the next is answered', async () => {
  const { window } = openDesk({ profile: scratchFolder() });
  let deep: unknown = 'x';
  for (let depth = 0; depth < 3_000; depth += 1) deep = [deep];
  await expect(window.ask('session.write', { layout: { a: deep as never } })).rejects.toMatchObject(
    { code: 'invalid-question' },
  );
  expect(await window.ask('session.read', {})).toMatchObject({ person: null });
});

test('J8 a journal of a newer version keeps no core from starting, and the window is told why', async () => {
  const profile = scratchFolder();
  const folder = join(profile, 'rooms', 'live');
  openJournal({ folder }).close();
  const path = join(folder, 'journal-0001.sqlite');
  const newer = new Sqlite(path);
  newer.exec('CREATE TABLE of_a_later_version (a TEXT) STRICT');
  newer.pragma('user_version = 9999');
  newer.close();
  const content = readFileSync(path);
  const { window } = openDesk({ profile });
  expect((await window.ask('session.read', {})).room).toBe('none');
  await expect(window.ask('room.open', {})).rejects.toMatchObject({
    message: expect.stringMatching(/newer version.*left untouched/) as string,
  });
  expect(readFileSync(path).equals(content)).toBe(true);
  // A bundle or the demo can still be looked at, and once the file is gone the desk opens.
  await window.ask('demo.open', { speed: 1 });
  await expect(window.ask('bundle.close', {})).rejects.toMatchObject({
    message: expect.stringMatching(/newer version/) as string,
  });
  expect((await window.ask('session.read', {})).room).toBe('demo');
  rmSync(folder, { recursive: true });
  expect((await window.ask('bundle.close', {})).session.room).toBe('live');
});

test('J10 what lies in the journal’s place and is none is put aside as it is, and the desk opens', async () => {
  const profile = scratchFolder();
  const folder = join(profile, 'rooms', 'live');
  mkdirSync(folder, { recursive: true });
  const content = 'not a database at all '.repeat(100);
  writeFileSync(join(folder, 'journal-0001.sqlite'), content);
  const desk = openDesk({ profile });
  expect((await desk.window.ask('session.read', {})).room).toBe('live');
  expect((await rowsOf(desk, 'status'))[0]).toMatchObject({ record: 'salvaged' });
  const { salvage } = await desk.window.ask('record.read', {});
  expect(salvage).toMatchObject({
    kept: 0,
    reason: expect.stringMatching(/no database/) as string,
  });
  expect(salvage?.report).toContain('Nothing was deleted');
  expect(readFileSync(join(salvage?.aside ?? '', 'journal-0001.sqlite'), 'utf8')).toBe(content);
});

test('a demo or a bundle that cannot be opened leaves the room that is open', async () => {
  const desk = await deskWithIncident();
  const path = join(scratchFolder(), 'all.holdfast');
  await desk.shell.ask('export.write', { format: 'bundle', path, incident: null, language: 'en' });
  const profile = scratchFolder();
  const other = openDesk({ profile });
  await other.window.ask('room.open', {});
  writeFileSync(join(profile, 'rooms', 'opened'), 'a file where the folder should be');
  for (const attempt of [
    other.window.ask('demo.open', { speed: 1 }),
    other.shell.ask('bundle.open', { path }),
  ]) {
    await expect(attempt).rejects.toMatchObject({ code: 'disk' });
    expect((await other.window.ask('session.read', {})).room).toBe('live');
    expect(await rowsOf(other, 'incidents')).toEqual([]);
  }
});

test('a session file that cannot be written ends nothing, and the status row tells it', async () => {
  const profile = scratchFolder();
  const first = openDesk({ profile });
  await first.window.ask('room.open', {});
  await first.core.stop();
  mkdirSync(join(profile, 'session.json.new'));
  const { window } = openDesk({ profile });
  const status = async (): Promise<StatusRow> =>
    (await window.ask('table.read', { table: 'status', position: LIVE })).rows[0] as never;
  expect((await window.ask('session.write', { person: 'maya' })).person).toBe('maya');
  expect((await status()).disk).toMatch(/session\.json/);
  rmSync(join(profile, 'session.json.new'), { recursive: true });
  await window.ask('session.write', { theme: 'light' });
  expect((await status()).disk).toBeNull();
});

test('an export of an incident that this room does not have is refused, and leaves no file', async () => {
  const desk = await deskWithIncident();
  const folder = scratchFolder();
  const path = join(folder, 'none.holdfast');
  await expect(
    desk.shell.ask('export.write', {
      format: 'bundle',
      path,
      incident: 'incident:elsewhere',
      language: 'en',
    }),
  ).rejects.toMatchObject({ code: 'not-found' });
  expect(existsSync(path)).toBe(false);
});

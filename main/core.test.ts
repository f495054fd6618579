import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { strToU8, unzipSync, zipSync } from 'fflate';
import type { AlertRow, IncidentRow } from '../shared/ipc/rows.ts';
import { openDesk, type Desk } from './testing/desk.ts';
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

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createGateway, type Gateway } from '../../gateway/create-gateway.ts';
import type { StatusRow } from '../../shared/ipc/rows.ts';
import { openDesk, type Desk } from '../testing/desk.ts';
import { scratchFolder } from '../testing/scratch.ts';

const LIVE = { mode: 'live' } as const;
const INGEST = 'ingest-token-for-tests';
const MAYA = 'person-token-of-maya-1';
const READER = 'read-token-for-tests-1';

async function gatewayIn(folder: string, port = 0, newEpoch = false): Promise<Gateway> {
  const runbooksFolder = join(folder, 'runbooks');
  mkdirSync(runbooksFolder, { recursive: true });
  const gateway = await createGateway({
    dataFolder: join(folder, 'data'),
    port,
    room: 'test',
    newEpoch,
    runbooksFolder,
    tokens: [
      { kind: 'ingest', name: 'am', token: INGEST },
      { kind: 'person', name: 'maya', token: MAYA },
      { kind: 'read', name: 'screen', token: READER },
    ],
  });
  onTestFinished(() => gateway.close());
  return gateway;
}

async function fire(gateway: Gateway, names: readonly string[]): Promise<void> {
  const startsAt = new Date().toISOString();
  const alerts = names.map((alertname) => ({
    labels: { alertname, service: 'checkout', severity: 'critical' },
    annotations: {},
    startsAt,
  }));
  const answer = await fetch(new URL('/api/v2/alerts', gateway.address.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${INGEST}`, 'content-type': 'application/json' },
    body: JSON.stringify(alerts),
  });
  expect(answer.status).toBe(200);
}

async function connect(desk: Desk, gateway: Gateway, token = MAYA): Promise<void> {
  await desk.shell.ask('room.connect', { address: gateway.address.url, token, tokenKept: false });
}

async function status(desk: Desk): Promise<StatusRow> {
  const { rows } = await desk.window.ask('table.read', { table: 'status', position: LIVE });
  return rows[0] as unknown as StatusRow;
}

async function alertNames(desk: Desk): Promise<string[]> {
  const { rows } = await desk.window.ask('table.read', { table: 'alerts', position: LIVE });
  return rows.map((row) => String(row['name'])).sort();
}

const until = <Value>(read: () => Promise<Value>) => expect.poll(read, { timeout: 15_000 });

test('W1, W2 what was missed while away is fetched once, and what people wrote is sent once', async () => {
  const folder = scratchFolder();
  const first = await gatewayIn(folder);
  const { port } = first.address;
  const desk = openDesk({ profile: scratchFolder() });
  await connect(desk, first);
  await fire(first, ['A', 'B']);
  await until(() => alertNames(desk)).toEqual(['A', 'B']);
  expect((await desk.window.ask('session.read', {})).person).toBe('maya');
  await first.close();
  await until(async () => (await status(desk)).feed).toBe('offline');
  for (const text of ['one', 'two', 'three']) {
    await desk.window.ask('command.run', { command: { name: 'note.write', text } });
  }
  expect((await status(desk)).outbox).toBe(3);
  const second = await gatewayIn(folder, port);
  await fire(second, ['C']);
  await until(() => alertNames(desk)).toEqual(['A', 'B', 'C']);
  await until(async () => (await status(desk)).outbox).toBe(0);
  const bounds = await second.journal.bounds();
  const facts = await second.journal.range(1, bounds.last, { facts: 5_000, length: 1e8 });
  const notes = facts.filter(({ fact }) => fact.kind === 'note.written');
  expect(notes.map(({ fact }) => fact.body['text'])).toEqual(['one', 'two', 'three']);
  // Nothing twice on this side either: the desk holds what the gateway holds.
  await until(async () => (await status(desk)).facts).toBe(bounds.last);
});

test('W4 an epoch that changed is told, and what people wrote goes to the new journal too', async () => {
  const folder = scratchFolder();
  const first = await gatewayIn(folder);
  const desk = openDesk({ profile: scratchFolder() });
  await connect(desk, first);
  await fire(first, ['A']);
  await until(() => alertNames(desk)).toEqual(['A']);
  await desk.window.ask('command.run', { command: { name: 'note.write', text: 'kept' } });
  await until(async () => (await status(desk)).outbox).toBe(0);
  await first.close();
  const fresh = await gatewayIn(scratchFolder(), first.address.port);
  await until(async () => (await status(desk)).gaps.map(({ kind }) => kind)).toEqual(['epoch']);
  await until(async () => (await status(desk)).outbox).toBe(0);
  const stored = await fresh.journal.range(1, 10_000, { facts: 5_000, length: 1e8 });
  expect(stored.filter(({ fact }) => fact.kind === 'note.written')).toHaveLength(1);
  expect(await alertNames(desk)).toEqual(['A']);
});

test('W7 a token that only reads sends nothing, and what was written stays visibly unsent', async () => {
  const gateway = await gatewayIn(scratchFolder());
  const desk = openDesk({ profile: scratchFolder() });
  await desk.window.ask('session.write', { person: 'ren' });
  await connect(desk, gateway, READER);
  await until(async () => (await status(desk)).feed).toBe('connected');
  await desk.window.ask('command.run', { command: { name: 'note.write', text: 'x' } });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect((await status(desk)).outbox).toBe(1);
});

test('a token that the gateway does not know is refused in words', async () => {
  const gateway = await gatewayIn(scratchFolder());
  const desk = openDesk({ profile: scratchFolder() });
  await connect(desk, gateway, 'not-the-token-of-anybody');
  await until(async () => (await status(desk)).feed).toBe('refused');
});

test('every desk keeps all of the team’s runbooks, also when the gateway is gone', async () => {
  const folder = scratchFolder();
  const gateway = await gatewayIn(folder);
  const text = '# Failover\n\n## Look\n\nExpect: lag is 0\n';
  writeFileSync(join(folder, 'runbooks', 'DatabaseDown.md'), text);
  await gateway.pollRunbooks();
  const profile = scratchFolder();
  const desk = openDesk({ profile });
  await connect(desk, gateway);
  const team = async (of: Desk): Promise<Record<string, unknown>[]> => {
    const { rows } = await of.window.ask('table.read', { table: 'runbooks', position: LIVE });
    return rows.filter((row) => row['origin'] === 'gateway' && row['held'] === true);
  };
  await until(async () => (await team(desk)).length).toBe(1);
  await gateway.close();
  await desk.core.stop();
  const again = openDesk({ profile });
  await until(async () => (await team(again)).length).toBe(1);
  const [row] = await team(again);
  const read = await again.window.ask('runbook.read', { digest: String(row?.['digest']) });
  expect(read.text).toBe(text);
  expect(read.runbook?.alerts).toEqual(['DatabaseDown']);
  expect(readFileSync(join(profile, 'session.json'), 'utf8')).not.toContain(MAYA);
});

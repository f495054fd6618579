import { createHash } from 'node:crypto';
import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { afterEach, expect, test } from 'vitest';
import { TOKENS, startTestGateway, type TestGateway } from '../test-gateway.ts';

const folders: string[] = [];
const running: TestGateway[] = [];

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-runbooks-'));
  folders.push(folder);
  return folder;
}
async function start(options: Parameters<typeof startTestGateway>[0]): Promise<TestGateway> {
  const gateway = await startTestGateway(options);
  running.push(gateway);
  return gateway;
}
afterEach(async () => {
  for (const gateway of running.splice(0)) await gateway.stop();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

test('runbooks are published, changed, withdrawn, and served by digest, old texts too', async () => {
  const folder = await newFolder();
  await writeFile(join(folder, 'HighErrorRate.md'), '# One\n');
  await writeFile(join(folder, 'notes.txt'), 'no runbook');
  await writeFile(join(folder, '.hidden.md'), 'no runbook');
  await writeFile(join(folder, 'huge.md'), 'x'.repeat(1_000_001));
  await writeFile(join(folder, 'latin1.md'), Buffer.from('# L\u00fccke\n', 'latin1'));
  const gateway = await start({ runbooksFolder: folder });
  expect((await gateway.get('/runbooks', TOKENS.read)).json).toMatchObject({
    runbooks: [{ fileName: 'HighErrorRate.md', digest: digestOf('# One\n'), size: 6 }],
  });
  await writeFile(join(folder, 'HighErrorRate.md'), '# Two, longer\n');
  await gateway.gateway.pollRunbooks();
  await gateway.gateway.pollRunbooks();
  for (const text of ['# One\n', '# Two, longer\n']) {
    const answer = await gateway.get(`/runbooks/${digestOf(text)}`, TOKENS.ada);
    expect(answer).toMatchObject({ status: 200, text });
  }
  await unlink(join(folder, 'HighErrorRate.md'));
  await gateway.gateway.pollRunbooks();
  expect(await gateway.kinds()).toEqual([
    'runbook.published',
    'runbook.published',
    'runbook.withdrawn',
  ]);
  expect((await gateway.get(`/runbooks/${'0'.repeat(64)}`, TOKENS.read)).status).toBe(404);
  expect((await gateway.get('/runbooks/..%2f..%2fgateway.db', TOKENS.read)).status).toBe(404);
});

test('a restart publishes nothing anew; a folder that is away withdraws nothing', async () => {
  const folder = await newFolder();
  await writeFile(join(folder, 'a.md'), '# A\n');
  const first = await start({ runbooksFolder: folder });
  await first.gateway.close();
  const second = await start({ dataFolder: first.folder, runbooksFolder: folder });
  expect(await second.kinds()).toEqual(['runbook.published']);
  await rm(folder, { recursive: true });
  await second.gateway.pollRunbooks();
  expect(await second.kinds()).toEqual(['runbook.published']);
});

test('a desktop asks for a text over the feed', async () => {
  const folder = await newFolder();
  await writeFile(join(folder, 'a.md'), '# A\n');
  const gateway = await start({ runbooksFolder: folder });
  const socket = io(`${gateway.gateway.address.url}/feed`, {
    auth: { token: TOKENS.read },
    transports: ['websocket'],
  });
  const ask = (digest: unknown): Promise<unknown> =>
    socket.timeout(2_000).emitWithAck('blob', { digest });
  expect(await ask(digestOf('# A\n'))).toEqual({ digest: digestOf('# A\n'), text: '# A\n' });
  expect(await ask('0'.repeat(64))).toEqual({ digest: '0'.repeat(64), text: null });
  expect(await ask('../gateway.db')).toMatchObject({ kind: 'refused', code: 'message' });
  socket.disconnect();
});

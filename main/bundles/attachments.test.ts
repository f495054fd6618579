import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strFromU8, unzipSync, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import type { AttachmentRow, CommentRow } from '../../shared/ipc/rows.ts';
import type { TableName } from '../../shared/ipc/rows.ts';
import { openDesk, type Desk } from '../testing/desk.ts';
import { scratchFolder } from '../testing/scratch.ts';

const LIVE = { mode: 'live' } as const;
const LOG = new TextEncoder().encode('2026-03-01 pool exhausted\n');
const SECRET = new TextEncoder().encode('password: hunter2\n');

async function rows<Row>(desk: Desk, table: TableName): Promise<Row[]> {
  return (await desk.window.ask('table.read', { table, position: LIVE })).rows as unknown as Row[];
}

async function keep(desk: Desk, bytes: Uint8Array<ArrayBuffer>, of: string): Promise<string> {
  const kept = await desk.window.ask('attachment.keep', { bytes });
  if (!kept.kept) throw new Error(kept.problem);
  const { sha256, type, size } = kept;
  const command = { name: 'attachment.add' as const, of, file: 'pool.log', type, size, sha256 };
  expect(await desk.window.ask('command.run', { command })).toMatchObject({ done: true });
  return sha256;
}

/** An incident with a note, its evidence and a comment, exported; and a secret that was taken back. */
async function exported(): Promise<{ path: string; note: string; kept: string; secret: string }> {
  const desk = openDesk({ profile: scratchFolder() });
  await desk.window.ask('room.open', {});
  await desk.window.ask('session.write', { person: 'maya' });
  const declare = {
    name: 'incident.declare' as const,
    title: 'Payments fail',
    severity: 'SEV-1' as const,
    commander: 'maya',
    services: [],
  };
  const declared = await desk.window.ask('command.run', { command: declare });
  if (!declared.done) throw new Error(declared.code);
  const incident = declared.thing;
  const write = { name: 'note.write' as const, text: 'pool at its limit', incident };
  const written = await desk.window.ask('command.run', { command: write });
  const note = written.done ? (written.facts[0] ?? '') : '';
  const kept = await keep(desk, LOG, note);
  const secret = await keep(desk, SECRET, incident);
  for (const command of [
    { name: 'comment.write' as const, entry: note, text: 'the wrong pool' },
    { name: 'attachment.withdraw' as const, of: incident, sha256: secret, reason: 'a password' },
  ]) {
    expect(await desk.window.ask('command.run', { command })).toMatchObject({ done: true });
  }
  const path = join(scratchFolder(), 'incident.holdfast');
  const wish = { format: 'bundle' as const, path, incident, language: 'en' as const };
  await desk.shell.ask('export.write', wish);
  const text = join(scratchFolder(), 'timeline.md');
  await desk.shell.ask('export.write', { ...wish, format: 'markdown', path: text });
  const markdown = readFileSync(text, 'utf8');
  expect(markdown).toContain(`pool.log (sha256 ${kept}`);
  expect(markdown).toContain('the wrong pool');
  return { path, note, kept, secret };
}

test('B1 evidence and comments go out with an incident and come back; what was taken back stays behind', async () => {
  const { path, note, kept, secret } = await exported();
  const files = unzipSync(readFileSync(path));
  expect(Object.keys(files)).toContain(`attachments/${kept}`);
  expect(Object.keys(files)).not.toContain(`attachments/${secret}`);

  const other = openDesk({ profile: scratchFolder() });
  await other.window.ask('room.open', {});
  expect((await other.shell.ask('bundle.open', { path })).session.room).toBe('bundle');
  const ofNote = async () =>
    (await rows<AttachmentRow>(other, 'attachments')).find(({ of }) => of === note)?.items;
  await expect.poll(async () => (await ofNote())?.[0]?.held).toBe(true);
  expect(await ofNote()).toMatchObject([{ sha256: kept, by: 'maya', name: 'pool.log' }]);
  const { bytes } = await other.window.ask('attachment.read', { digest: kept });
  expect(bytes).toEqual(LOG);
  expect((await other.window.ask('attachment.read', { digest: secret })).bytes).toBeNull();
  expect(await rows<CommentRow>(other, 'comments')).toMatchObject([
    { entry: note, items: [{ text: 'the wrong pool' }] },
  ]);
  await expect(other.window.ask('attachment.keep', { bytes: LOG })).rejects.toMatchObject({
    code: 'forbidden',
  });
});

test('B2 an attachment that was changed, or is none that a desk would keep, is refused by its place', async () => {
  const { path, kept } = await exported();
  const place = `attachments/${kept}`;
  const other = openDesk({ profile: scratchFolder() });
  await other.window.ask('room.open', {});
  const attempt = async (change: (files: Record<string, Uint8Array>) => void): Promise<string> => {
    const files = unzipSync(readFileSync(path));
    change(files);
    const changed = join(scratchFolder(), 'changed.holdfast');
    writeFileSync(changed, zipSync(files));
    return other.shell.ask('bundle.open', { path: changed }).then(
      () => 'opened',
      (error: unknown) => String(error),
    );
  };
  expect(await attempt(() => {})).toBe('opened');
  expect(
    await attempt((files) => {
      const bytes = files[place];
      if (bytes) bytes[3] = (bytes[3] ?? 0) ^ 1;
    }),
  ).toContain(`${place}: was changed`);
  expect(await attempt((files) => delete files[place])).toContain(`${place}: is missing`);
  expect(
    await attempt((files) => {
      files['attachments/x.html'] = LOG;
    }),
  ).toContain('attachments/x.html: is not in the manifest');
  const manifest = unzipSync(readFileSync(path))['manifest.json'];
  expect(JSON.parse(strFromU8(manifest ?? new Uint8Array()))).toMatchObject({ version: 2 });
});

import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { contract } from '../../shared/ipc/contract.ts';
import { shellContract, shellReplySchema } from '../../shared/ipc/shell-contract.ts';
import { coreChannel, shellChannel } from './channels.ts';
import {
  listenToWindows,
  type IpcListener,
  type IpcSender,
  type ShellHandlers,
} from './checked-ipc.ts';

type Listener = Parameters<IpcListener['on']>[1];
type Handler = Parameters<IpcListener['handle']>[1];

const page = { url: 'app://holdfast/index.html', parent: null };
const trusted: IpcSender = { sender: { id: 1 }, senderFrame: page };
const strangers: [string, IpcSender][] = [
  ['another web contents', { sender: { id: 2 }, senderFrame: page }],
  ['a frame inside the page', { sender: { id: 1 }, senderFrame: { ...page, parent: page } }],
  ['a page of the web', { sender: { id: 1 }, senderFrame: { ...page, url: 'https://holdfast/' } }],
  ['another host', { sender: { id: 1 }, senderFrame: { ...page, url: 'app://other/' } }],
  ['a file', { sender: { id: 1 }, senderFrame: { ...page, url: 'file:///index.html' } }],
  ['a frame that is gone', { sender: { id: 1 }, senderFrame: null }],
];

const copied: string[] = [];
const handlers: ShellHandlers = {
  'shell.connect': () => Promise.reject(new Error('no core')),
  'shell.direct-sources': () => ({}),
  'shell.webhooks': () => ({}),
  'shell.open-file': () => ({ opened: false }),
  'shell.choose-runbook-folder': () => ({}) as never,
  'shell.export': () => ({ saved: false }),
  'shell.open-journal': () => ({ opened: false }),
  'shell.backup': () => ({ saved: false }),
  'shell.start-again': () => ({}),
  'shell.open-link': () => ({ opened: false }),
  'shell.save-text': () => ({ saved: false }),
  'shell.capture-window': () => ({ png: new Uint8Array() }),
  'shell.copy': ({ text }) => {
    copied.push(text);
    return {};
  },
};

let send: Listener;
let invoke: Handler;
let channels: string[];
const toCore = vi.fn<(contents: number, frame: unknown) => void>();

beforeEach(() => {
  toCore.mockClear();
  copied.length = 0;
  channels = [];
  const ipc: IpcListener = {
    on: (channel, listener) => {
      channels.push(channel);
      send = listener;
    },
    handle: (channel, handler) => {
      channels.push(channel);
      invoke = handler;
    },
  };
  listenToWindows(ipc, (contents) => contents === 1, toCore, handlers);
});

describe('channels of the main process', () => {
  test('I1 there are two channels and no more', () => {
    expect(channels).toEqual([coreChannel, shellChannel]);
  });

  test('I1 every shell request has a schema of question and answer', () => {
    expect(Object.keys(handlers).toSorted()).toEqual(Object.keys(shellContract).toSorted());
    for (const { ask, answer } of Object.values(shellContract)) {
      expect(ask.safeParse(null).success).toBe(false);
      expect(ask.safeParse({ unknownKey: 1 }).success).toBe(false);
      expect(answer.safeParse(null).success).toBe(false);
    }
  });

  test.each(strangers)('I1 refuses %s', async (_who, stranger) => {
    send(stranger, { type: 'ask', id: 1, name: 'session.read', body: {} });
    expect(toCore).not.toHaveBeenCalled();
    const reply = await invoke(stranger, 'shell.copy', { text: 'x' });
    expect(reply).toMatchObject({ ok: false, code: 'forbidden' });
    expect(copied).toEqual([]);
  });

  test('I1 passes well-formed frames on, and no others', () => {
    const frame = { type: 'ask', id: 1, name: 'session.read', body: {} };
    send(trusted, frame);
    send(trusted, { ...frame, extra: 1 });
    send(trusted, { ...frame, id: '1' });
    send(trusted, null);
    expect(toCore.mock.calls).toEqual([[1, frame]]);
  });

  test('I1 answers what was asked well', async () => {
    expect(await invoke(trusted, 'shell.copy', { text: 'db-7' })).toEqual({ ok: true, body: {} });
    expect(copied).toEqual(['db-7']);
  });

  test.each([
    '',
    'shell.nothing',
    '__proto__',
    'constructor',
    'toString',
    ...Object.keys(contract),
  ])('I1 the request %j does not exist here', async (name) => {
    expect(await invoke(trusted, name, {})).toMatchObject({ ok: false, code: 'unknown-request' });
  });

  test('I1 a handler that fails or answers nonsense is an error, not an exception', async () => {
    const wish = { address: 'x', token: '', remember: false };
    expect(await invoke(trusted, 'shell.connect', wish)).toMatchObject({ code: 'failed' });
    const folder = await invoke(trusted, 'shell.choose-runbook-folder', {});
    expect(folder).toMatchObject({ code: 'invalid-answer' });
  });

  test('I1 nothing that a window sends throws or changes a prototype', async () => {
    const names = fc.oneof(fc.constantFrom(...Object.keys(shellContract)), fc.string());
    await fc.assert(
      fc.asyncProperty(names, fc.anything({ withNullPrototype: true }), async (name, body) => {
        send(trusted, body);
        expect(shellReplySchema.safeParse(await invoke(trusted, name, body)).success).toBe(true);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });
});

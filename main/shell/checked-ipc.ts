import { z } from 'zod';
import { frameSchema, type Frame } from '../../shared/ipc/contract.ts';
import {
  shellContract,
  type ShellAnswer,
  type ShellAsked,
  type ShellReply,
  type ShellRequestName,
} from '../../shared/ipc/shell-contract.ts';
import { isAppAddress } from './app-files.ts';
import { coreChannel, shellChannel } from './channels.ts';

/**
 * The one place that listens to windows. Every message is refused unless it comes from the top
 * frame of a page of ours, and keeps its schema.
 */

export type ShellHandlers = {
  [Name in ShellRequestName]: (
    body: ShellAsked<Name>,
    sender: number,
  ) => ShellAnswer<Name> | Promise<ShellAnswer<Name>>;
};

/** The part of Electron's IpcMain that is used, so that tests can stand in for it. */
export interface IpcListener {
  on(channel: string, listener: (event: IpcSender, message: unknown) => void): unknown;
  handle(
    channel: string,
    listener: (event: IpcSender, ...args: unknown[]) => Promise<unknown>,
  ): unknown;
}

export interface IpcSender {
  sender: { id: number };
  senderFrame: { url: string; parent: unknown } | null;
}

/**
 * @param isWindow whether a web contents id is one of our windows
 * @param toCore takes a window's well-formed frame for the core
 */
export function listenToWindows(
  ipc: IpcListener,
  isWindow: (contents: number) => boolean,
  toCore: (contents: number, frame: Frame) => void,
  handlers: ShellHandlers,
): void {
  const isTrusted = (event: IpcSender): boolean =>
    isWindow(event.sender.id) &&
    event.senderFrame !== null &&
    event.senderFrame.parent === null &&
    isAppAddress(event.senderFrame.url);

  ipc.on(coreChannel, (event, message) => {
    if (!isTrusted(event)) return;
    const frame = frameSchema.safeParse(message);
    if (frame.success) toCore(event.sender.id, frame.data);
  });
  ipc.handle(shellChannel, async (event, name, body) => {
    if (!isTrusted(event)) return refusal('forbidden', 'not a window of ours');
    return answer(name, body, event.sender.id, handlers);
  });
}

async function answer(
  name: unknown,
  body: unknown,
  sender: number,
  handlers: ShellHandlers,
): Promise<ShellReply> {
  if (typeof name !== 'string' || !Object.hasOwn(shellContract, name)) {
    return refusal('unknown-request', 'no such request');
  }
  const requestName = name as ShellRequestName;
  const question = shellContract[requestName].ask.safeParse(body);
  if (!question.success) {
    return refusal('invalid-question', `${name}: ${z.prettifyError(question.error)}`);
  }
  try {
    const handler = handlers[requestName] as (body: unknown, sender: number) => unknown;
    const result = shellContract[requestName].answer.safeParse(
      await handler(question.data, sender),
    );
    if (result.success) return { ok: true, body: result.data };
    return refusal('invalid-answer', `${name}: ${z.prettifyError(result.error)}`);
  } catch (error) {
    return refusal('failed', error instanceof Error ? error.message : String(error));
  }
}

function refusal(code: Extract<ShellReply, { ok: false }>['code'], message: string): ShellReply {
  return { ok: false, code, message };
}

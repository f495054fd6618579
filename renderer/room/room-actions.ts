import type { ShellAsk } from '../../shared/ipc/shell-contract.ts';
import { hasText, text } from '../i18n/text.ts';
import { formatBytes } from '../kit/format.ts';
import { showToast } from '../kit/toast-store.ts';
import { core, errorCode, shell } from './core.ts';
import { sessionStore, takeSession, updateSession } from './session.ts';
import { noticeStore } from './notices.ts';

/** How much faster than it happened the demo's outage is played at first. */
export const DEMO_SPEED = 60;

/** What opens, changes and leaves rooms. None of these rejects: failures are shown. */

/** @returns null when connected, else the reason */
export async function connect(
  address: string,
  token: string,
  remember: boolean,
): Promise<string | null> {
  try {
    const answer = await shell('shell.connect', { address, token, remember });
    takeSession(answer.session);
    noticeStore.setState({ tokenOnce: answer.reason === 'no-key-store' });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export async function openDemo(speed: number): Promise<void> {
  await attempt(async () => takeSession((await core.ask('demo.open', { speed })).session));
}

export async function openLiveRoom(): Promise<void> {
  await attempt(async () => takeSession((await core.ask('room.open', {})).session));
}

/** Opens the room of a desk that had one. @returns null when it is open, else why it is not */
export async function reopenLiveRoom(): Promise<string | null> {
  try {
    takeSession((await core.ask('room.open', {})).session);
    return null;
  } catch (error) {
    const code = errorCode(error);
    // What the core said of a file that it cannot open says more than that it failed.
    return code === 'failed' && error instanceof Error ? error.message : text(`error.${code}`);
  }
}

/** Leaves a demo or a file and goes back to the live room. */
export async function leaveRoom(): Promise<void> {
  await attempt(async () => takeSession((await core.ask('bundle.close', {})).session));
}

export async function disconnect(): Promise<void> {
  await attempt(async () => takeSession((await core.ask('room.disconnect', {})).session));
}

export async function openFile(): Promise<void> {
  await attempt(async () => {
    const answer = await shell('shell.open-file', {});
    if (answer.session) takeSession(answer.session);
    if (answer.error !== undefined) {
      showToast({
        tone: 'critical',
        title: text('start.file.failed'),
        body: codeText(answer.error),
      });
    }
  });
}

/**
 * Opens a sealed file, a copy or a backup read-only as a room of its own: asked for in a dialog, or
 * a file that the record names.
 */
export async function openJournal(from: ShellAsk<'shell.open-journal'>): Promise<void> {
  await attempt(async () => {
    const answer = await shell('shell.open-journal', from);
    if (answer.session) takeSession(answer.session);
    if (answer.error !== undefined) {
      showToast({
        tone: 'critical',
        title: text('record.open.failed'),
        body: answer.reason ?? codeText(answer.error),
      });
    } else if (answer.opened) {
      showToast({
        tone: 'success',
        title: text('record.open.done'),
        body: text('record.open.done.body', { count: answer.facts ?? 0 }),
      });
    }
  });
}

/** Asks for a folder and writes a whole backup of the live room's journal there. */
export async function backUp(): Promise<void> {
  await attempt(async () => {
    const answer = await shell('shell.backup', {});
    if (answer.error !== undefined) {
      showToast({
        tone: 'critical',
        title: text('record.backup.failed'),
        body: answer.reason ?? codeText(answer.error),
      });
    } else if (answer.saved) {
      showToast({
        tone: 'success',
        title: text('record.backup.done'),
        body: text('record.backup.done.body', {
          count: answer.facts ?? 0,
          size: formatBytes(answer.bytes ?? 0),
          path: answer.path ?? '',
        }),
      });
    }
  });
}

/** Starts a check of every row; its progress is in the record's view. */
export async function checkRecord(): Promise<void> {
  await attempt(async () => {
    await core.ask('record.check', {});
    showToast({ tone: 'info', title: text('record.check.started') });
  });
}

/** Takes a rolling copy now. */
export async function copyRecord(): Promise<void> {
  await attempt(async () => {
    await core.ask('record.copy', {});
    showToast({ tone: 'success', title: text('record.copies.taken') });
  });
}

export async function chooseRunbookFolder(): Promise<void> {
  await attempt(async () => takeSession((await shell('shell.choose-runbook-folder', {})).session));
}

export async function exportRoom(
  format: 'bundle' | 'markdown' | 'csv',
  incident: string | null,
): Promise<boolean> {
  const language = sessionStore.getState().session?.language ?? 'en';
  return attempt(async () => {
    const answer = await shell('shell.export', { format, incident, language });
    if (answer.error !== undefined) {
      showToast({ tone: 'critical', title: text('export.failed'), body: codeText(answer.error) });
    } else if (answer.saved) {
      showToast({
        tone: 'success',
        title: text('export.done'),
        body: text('export.done.body', { count: answer.facts ?? 0, path: answer.path ?? '' }),
      });
    }
  });
}

/** Sets the name that everything written carries. */
export function setPerson(person: string): void {
  const name = person.trim();
  if (name !== '') updateSession({ person: name });
}

async function attempt(act: () => Promise<void>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    showToast({
      tone: 'critical',
      title: text('refusal.title'),
      body: text(`error.${errorCode(error)}`),
    });
    return false;
  }
}

/** The sentence for an error's code; what is no code stays as it is. */
function codeText(code: string): string {
  const key = `error.${code}`;
  return hasText(key) ? text(key) : code;
}

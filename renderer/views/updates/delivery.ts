import type { Audience } from '../../../shared/facts/incident.ts';
import type { UpdateChannel } from '../../../shared/facts/update.ts';
import { writeLetter } from '../../../shared/updates/letter.ts';
import { text } from '../../i18n/text.ts';
import { showToast } from '../../kit/toast-store.ts';
import { copyText } from '../../room/clipboard.ts';
import { core, shell } from '../../room/core.ts';
import { deskNow } from '../../room/now.ts';
import { runCommand } from '../../room/run-command.ts';

/** An update on its way, whatever became of the others. */
interface Leaving {
  readonly key: string;
  readonly text: string;
}

export interface Envelope {
  readonly from: string;
  readonly fromName: string;
  readonly to: readonly string[];
  readonly subject: string;
}

/** Puts an update on the clipboard, and writes down that it is there if that was a way of its. */
export async function deliverCopy(update: Leaving, isChannel: boolean): Promise<void> {
  if (!(await copyText(update.text))) return;
  showToast({ tone: 'success', title: text('updates.copied') });
  if (isChannel) await confirm(update.key, 'copy', true, '');
}

/** Writes an update into an e-mail file; where no file is chosen it stays "not yet sent". */
export async function deliverMail(update: Leaving, envelope: Envelope): Promise<void> {
  const letter = writeLetter({ ...envelope, text: update.text, at: deskNow(), id: update.key });
  if (!letter.ok) {
    mailFailed(text('updates.write.to.wrong', { address: letter.error.address }));
    return;
  }
  try {
    const name = envelope.subject.slice(0, 80) || 'update';
    const answer = await shell('shell.save-text', { name, kind: 'eml', text: letter.value });
    if (answer.error !== undefined) mailFailed(answer.error);
    if (!answer.saved) return;
    const file = (answer.path ?? '').replace(/^.*[\\/]/, '');
    await confirm(
      update.key,
      'mail',
      true,
      [file, envelope.to.join(', ')].join(' → ').slice(0, 1_000),
    );
  } catch (error) {
    mailFailed(error instanceof Error ? error.message : String(error));
  }
}

/** Tries now what waits for its webhook. */
export async function sendNow(): Promise<void> {
  // Where the core does not answer it is being started again, and then it sends by itself.
  await core.ask('updates.send', {}).catch(() => {});
}

export async function giveUp(key: string, channel: UpdateChannel, name: string): Promise<void> {
  await confirm(key, channel, false, text('updates.givenUpBy', { name }).slice(0, 1_000));
}

async function confirm(
  update: string,
  channel: UpdateChannel,
  taken: boolean,
  detail: string,
): Promise<void> {
  await runCommand({ name: 'update.confirm-delivery', update, channel, taken, detail });
}

function mailFailed(body: string): void {
  showToast({ tone: 'warning', title: text('updates.mail.failed'), body });
}

/** The layout's entry with the recipients of an audience: they are the same the next time. */
export function recipientsEntry(audience: Audience): string {
  return `updates.to.${audience}`;
}

/** Addresses with commas, semicolons or line breaks between. */
export function readRecipients(given: unknown): string[] {
  return typeof given === 'string'
    ? given
        .split(/[,;\s]+/)
        .map((address) => address.trim())
        .filter((address) => address !== '')
    : [];
}

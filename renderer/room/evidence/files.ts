import { attachmentName } from '../../../shared/attachments/file-name.ts';
import type { Answer } from '../../../shared/ipc/contract.ts';
import { ATTACHMENT_LIMITS } from '../../../shared/facts/attachment.ts';
import { text } from '../../i18n/text.ts';
import { showToast } from '../../kit/toast-store.ts';
import { core, errorCode, shell } from '../core.ts';
import { runCommand } from '../run-command.ts';
import type { EvidenceTarget } from './evidence-store.ts';

type Kept = Extract<Answer<'attachment.keep'>, { kept: true }>;

/** The files of a drop or a paste; a browser gives a picture from the clipboard as one. */
export function filesOf(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])];
}

/** True for what is kept as evidence where it is dropped outside of any entry. */
export function isPicture(file: File): boolean {
  return /^image\/(png|jpeg|webp|gif)$/u.test(file.type);
}

/** Keeps a file's bytes in the core. What is refused is told; null then. */
async function keepFile(file: File): Promise<Kept | null> {
  const refuse = (problem: string): null => {
    const title = text('evidence.refused', { name: nameOf(file) });
    showToast({ tone: 'warning', title, body: problem });
    return null;
  };
  if (file.size > ATTACHMENT_LIMITS.bytes) return refuse(text('evidence.problem.too-large'));
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const answer = await core.ask('attachment.keep', { bytes });
    return answer.kept ? answer : refuse(text(`evidence.problem.${answer.problem}`));
  } catch (error) {
    return refuse(text(`error.${errorCode(error)}`));
  }
}

/** The name under which a file is kept. */
export function nameOf(file: File): string {
  return attachmentName(file.name, text('evidence.unnamed'));
}

/**
 * Attaches files one after the other.
 * @returns how many are attached; what went wrong is told
 */
export async function attachFiles(
  files: readonly File[],
  target: EvidenceTarget,
  caption: string,
): Promise<number> {
  let attached = 0;
  for (const file of files) {
    const kept = await keepFile(file);
    if (kept === null) continue;
    const { type, size, sha256 } = kept;
    const answer = await runCommand({
      name: 'attachment.add',
      of: target.of,
      ...(target.step === undefined ? {} : { step: target.step }),
      file: nameOf(file),
      type,
      size,
      sha256,
      ...(caption === '' ? {} : { caption }),
    });
    if (answer.done) attached += 1;
  }
  return attached;
}

/** A picture of this window as it is now. A failure is told; null then. */
export async function pictureOfWindow(): Promise<File | null> {
  try {
    await drawn();
    const { png } = await shell('shell.capture-window', {});
    const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
    return new File([new Uint8Array(png)], `holdfast-${time}Z.png`, { type: 'image/png' });
  } catch (error) {
    showToast({ tone: 'warning', title: text('evidence.captureFailed'), body: String(error) });
    return null;
  }
}

/** What was done a moment ago is on the screen: two frames, or where none are drawn, a while. */
function drawn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 250);
    requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
  });
}

const READ_KEPT = 24;
const read = new Map<string, Promise<Uint8Array | null>>();

/** The bytes of an attachment; null while they are not here. The last few stay in memory. */
export function readBytes(sha256: string): Promise<Uint8Array | null> {
  const known = read.get(sha256);
  if (known !== undefined) return known;
  const asked = core.ask('attachment.read', { digest: sha256 }).then(
    ({ bytes }) => {
      if (bytes === null) read.delete(sha256);
      return bytes;
    },
    () => {
      read.delete(sha256);
      return null;
    },
  );
  read.set(sha256, asked);
  for (const oldest of read.keys()) {
    if (read.size <= READ_KEPT) break;
    read.delete(oldest);
  }
  return asked;
}

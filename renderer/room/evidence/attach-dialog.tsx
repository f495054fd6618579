import { useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { readChatLog } from '../../../shared/imports/chat-log.ts';
import { timesketchKind } from '../../../shared/imports/timesketch.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { TextField } from '../../kit/field.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { formatBytes } from '../../kit/format.ts';
import { Select } from '../../kit/select.tsx';
import { runCommand } from '../run-command.ts';
import { useRowList } from '../rows.ts';
import { askToImport, evidenceStore, type EvidenceTarget } from './evidence-store.ts';
import styles from './evidence.module.css';
import { attachFiles, isPicture, nameOf } from './files.ts';

const NEW_NOTE = 'new-note';
/** Of a text so many characters are shown before it is attached. */
const PREVIEW = 2_000;
/** From so many messages on a text counts as a log. */
const LOG_FROM = 2;

/** Shows what is about to be attached, asks to what, and what it shows. */
export function AttachDialog() {
  const asking = useStore(evidenceStore, (state) => state.asking);
  if (asking === null) return null;
  return <Asking key={asking.files.map(({ name }) => name).join('\n')} {...asking} />;
}

function Asking(props: {
  readonly files: readonly File[];
  readonly to: EvidenceTarget | null;
  readonly caption?: string;
}) {
  const t = useText();
  const { files, to } = props;
  const targets = useTargets(to);
  const [chosen, setChosen] = useState(to === null ? NEW_NOTE : keyOf(to));
  const [caption, setCaption] = useState(props.caption ?? '');
  const [isBusy, setBusy] = useState(false);
  const close = (): void => evidenceStore.setState({ asking: null });
  const attach = async (): Promise<void> => {
    if (isBusy) return;
    setBusy(true);
    const said = caption.trim();
    const target =
      targets.find((known) => keyOf(known) === chosen) ??
      (await writeNote(said || firstName(files)));
    const attached = target === null ? 0 : await attachFiles(files, target, said);
    setBusy(false);
    if (attached > 0) close();
  };
  return (
    <Dialog
      title={t('evidence.attach.title')}
      isOpen
      onClose={close}
      testId="attach-dialog"
      actions={
        <>
          <LogOffer files={files} />
          <Button onPress={close}>{t('kit.cancel')}</Button>
          <Button
            look="primary"
            shortcut="Enter"
            isDisabled={isBusy}
            onPress={() => void attach()}
            testId="attach-save"
          >
            {t('evidence.attach.save')}
          </Button>
        </>
      }
    >
      <TextField
        label={t('evidence.attach.caption')}
        value={caption}
        onChange={setCaption}
        hint={t('evidence.attach.hint')}
        onSubmit={() => void attach()}
        autoFocus
        testId="attach-caption"
      />
      <Select
        label={t('evidence.attach.to')}
        value={chosen}
        onChange={setChosen}
        options={[
          ...targets.map((target) => ({ value: keyOf(target), label: target.label })),
          { value: NEW_NOTE, label: t('evidence.attach.newNote') },
        ]}
        testId="attach-target"
      />
      <ul className={styles['files']}>
        {files.map((file) => (
          <li key={`${file.name} ${String(file.size)}`} className={styles['file']}>
            <span>
              <ForeignText text={nameOf(file)} />{' '}
              <span className={styles['soft']}>{formatBytes(file.size)}</span>
            </span>
            {isPicture(file) ? <FilePicture file={file} /> : <FileText file={file} />}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

/** What may be meant: what it was dropped on, the step and the entry that are chosen, open incidents. */
function useTargets(to: EvidenceTarget | null): EvidenceTarget[] {
  const t = useText();
  const { step, entry } = useStore(evidenceStore);
  const incidents = useRowList('incidents')
    .filter(({ status }) => status === 'active')
    .map(({ key, title }) => ({ of: key, label: t('evidence.attach.incident', { title }) }));
  const targets: EvidenceTarget[] = [];
  for (const target of [to, step, entry, ...incidents]) {
    if (target === null || targets.some((known) => keyOf(known) === keyOf(target))) continue;
    targets.push(target);
  }
  return targets;
}

function keyOf({ of, step }: EvidenceTarget): string {
  return step === undefined ? of : `${of} ${step}`;
}

function firstName(files: readonly File[]): string {
  const [first] = files;
  return first === undefined ? '' : nameOf(first);
}

/** The note that evidence belongs to where nothing else was chosen. */
async function writeNote(text: string): Promise<EvidenceTarget | null> {
  const answer = await runCommand({ name: 'note.write', text });
  const of = answer.done ? answer.facts[0] : undefined;
  return of === undefined ? null : { of, label: text };
}

/** A text that looks like a log of another tool may be imported instead, line by line. */
function LogOffer(props: { readonly files: readonly File[] }) {
  const t = useText();
  const [text, setText] = useState<string | null>(null);
  const [file] = props.files;
  useEffect(() => {
    if (file === undefined || isPicture(file)) return;
    void file.text().then((said) => {
      if (looksLikeLog(said)) setText(said);
    });
  }, [file]);
  if (text === null || file === undefined) return null;
  return (
    <Button
      icon="list"
      onPress={() => {
        evidenceStore.setState({ asking: null });
        askToImport(nameOf(file), text);
      }}
      testId="attach-import"
    >
      {t('evidence.attach.import')}
    </Button>
  );
}

/** True where a text reads as a chat's log or a file of Timesketch. */
export function looksLikeLog(text: string): boolean {
  if (timesketchKind(text) !== null) return true;
  const context = { day: '2026-01-01', zone: 'UTC', latest: Number.MAX_SAFE_INTEGER };
  return readChatLog(text.slice(0, 20_000), context).messages.length >= LOG_FROM;
}

function FilePicture(props: { readonly file: File }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { file } = props;
  useEffect(() => {
    let isOver = false;
    createImageBitmap(file, { resizeHeight: 320, resizeQuality: 'medium' }).then(
      (picture) => {
        const element = canvas.current;
        if (!isOver && element !== null) {
          element.width = picture.width;
          element.height = picture.height;
          element.getContext('2d')?.drawImage(picture, 0, 0);
        }
        picture.close();
      },
      // The core says what is wrong with it.
      () => {},
    );
    return () => {
      isOver = true;
    };
  }, [file]);
  return <canvas ref={canvas} role="img" aria-label={nameOf(file)} className={styles['preview']} />;
}

function FileText(props: { readonly file: File }) {
  const [text, setText] = useState('');
  const { file } = props;
  useEffect(() => {
    void file.slice(0, PREVIEW).text().then(setText);
  }, [file]);
  return (
    <pre className={styles['text']}>
      <ForeignText text={text} keepLines />
    </pre>
  );
}

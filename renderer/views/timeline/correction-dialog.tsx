import { useState } from 'react';
import { useStore } from 'zustand';
import type { TimelineEntry } from '../../../shared/ipc/contract.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import type { Command } from '../../../shared/commands/command.ts';
import { clockStore } from '../../kit/clock.ts';
import { TextArea, TextField } from '../../kit/field.tsx';
import { shownOffset, useZone, zoneAt, type Zone } from '../../kit/zone.ts';
import { runCommand } from '../../room/run-command.ts';
import { useDraft } from '../../room/session.ts';
import { refresh } from './entry-feed.ts';
import { noteText } from '../../room/entry-text.ts';
import { parseQuickNote } from './quick-note.ts';
import { NoteHistory } from './note-history.tsx';
import { timelineStore } from './timeline-store.ts';

/** Corrects text and time of a note; what it said and where it stood before stays in its history. */
export function CorrectionDialog() {
  const correcting = useStore(timelineStore, (state) => state.correcting);
  return correcting === null ? null : <Correction key={correcting.id} entry={correcting} />;
}

function Correction(props: { readonly entry: TimelineEntry }) {
  const t = useText();
  const { entry } = props;
  const before = entry.currentText ?? noteText(entry);
  const [draft, setDraft] = useDraft(`timeline.correct.${entry.id}`);
  const [text, setText] = useState(draft === '' ? before : draft);
  const [isBusy, setIsBusy] = useState(false);
  const change = (next: string): void => {
    setText(next);
    setDraft(next === before ? '' : next);
  };
  const close = (): void => timelineStore.setState({ correcting: null });
  const zone = useZone();
  const placed = placeOf(entry.at, zone);
  const [time, setTime] = useState(placed);
  const [reason, setReason] = useState('');
  const moved = time.trim() === placed ? null : readPlace(time, zone);
  const isTextChanged = text.trim() !== '' && text.trim() !== before;
  const isMoved = moved !== null && typeof moved !== 'string' && moved.at !== entry.at;
  const isReady =
    text.trim() !== '' &&
    typeof moved !== 'string' &&
    (isTextChanged || isMoved) &&
    (!isMoved || reason.trim() !== '');
  const save = async (): Promise<void> => {
    if (!isReady || isBusy) return;
    setIsBusy(true);
    const done =
      (!isTextChanged ||
        (await run({ name: 'note.correct', note: entry.thing, text: text.trim() }))) &&
      (!isMoved || (await run({ name: 'note.move', note: entry.thing, at: moved.at, reason })));
    setIsBusy(false);
    if (!done) return;
    setDraft('');
    refresh();
    close();
  };
  return (
    <Dialog
      title={t('timeline.correct.title')}
      isOpen
      onClose={close}
      testId="correction-dialog"
      actions={
        <>
          <Button
            onPress={() => {
              setDraft('');
              close();
            }}
          >
            {t('kit.cancel')}
          </Button>
          <Button
            look="primary"
            shortcut="Ctrl+Enter"
            isDisabled={!isReady || isBusy}
            onPress={() => void save()}
            testId="correction-save"
          >
            {t('timeline.correct.save')}
          </Button>
        </>
      }
    >
      <TextArea
        label={t('timeline.correct.text')}
        value={text}
        onChange={change}
        hint={t('timeline.correct.hint')}
        rows={4}
        autoFocus
        onSubmit={() => void save()}
        testId="correction-text"
      />
      <TextField
        label={t('timeline.correct.time')}
        value={time}
        onChange={setTime}
        hint={t('timeline.correct.time.hint', {
          zone: zone === 'utc' ? shownOffset(entry.at, zone) : zoneAt(entry.at),
        })}
        error={typeof moved === 'string' ? t(`timeline.correct.time.${moved}`) : null}
        isMono
        onSubmit={() => void save()}
        testId="correction-time"
      />
      {isMoved ? (
        <TextField
          label={t('timeline.correct.reason')}
          value={reason}
          onChange={setReason}
          isRequired
          onSubmit={() => void save()}
          testId="correction-reason"
        />
      ) : null}
      <NoteHistory thing={entry.thing} />
    </Dialog>
  );
}

async function run(command: Command): Promise<boolean> {
  return (await runCommand(command)).done;
}

/** A moment as the field shows it, in the zone that is shown: `2026-03-01 14:32:10`. */
function placeOf(moment: number, zone: Zone): string {
  if (zone === 'utc') return new Date(moment).toISOString().slice(0, 19).replace('T', ' ');
  const date = new Date(moment);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${String(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Reads a place as the note line does; a word says why it is none. */
function readPlace(
  text: string,
  zone: Zone,
): { readonly at: number } | 'no-time' | 'in-the-future' | 'too-long-ago' {
  const read = parseQuickNote(`${text.trim()} x`, clockStore.getState().now, zone);
  if (read.kind === 'note' && read.at !== null && read.text === 'x') return { at: read.at };
  if (read.kind !== 'problem') return 'no-time';
  return read.problem === 'too-long-ago' || read.problem === 'in-the-future'
    ? read.problem
    : 'no-time';
}

import { useId, useRef, useState, type KeyboardEvent } from 'react';
import { useStore } from 'zustand';
import { useCommands } from '../../commands/registry.ts';
import { useText, type Translate } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { classes } from '../../kit/classes.ts';
import { clockStore } from '../../kit/clock.ts';
import { formatMoment, formatSpan } from '../../kit/format.ts';
import { Icon } from '../../kit/icons.tsx';
import { usePosition } from '../../room/position.ts';
import { rowStore, useStatus } from '../../room/rows.ts';
import { runCommand } from '../../room/run-command.ts';
import { useDraft } from '../../room/session.ts';
import { refresh } from './entry-feed.ts';
import styles from './note-line.module.css';
import { useZone, zoneAt, zoneStore, type Zone } from '../../kit/zone.ts';
import { parseQuickNote, type QuickNote } from './quick-note.ts';

const DRAFT = 'timeline.note';

/** One line to write down what happens, now or at the time that stands in front. */
export function NoteLine() {
  const t = useText();
  const previewId = useId();
  const input = useRef<HTMLInputElement>(null);
  const [draft, setDraft] = useDraft(DRAFT);
  const [isWriting, setIsWriting] = useState(false);
  const isReadOnly = useStatus()?.room === 'bundle';

  useCommands([
    {
      id: 'timeline.note',
      group: 'timeline',
      titleKey: 'timeline.command.note',
      shortcut: 'N',
      isEnabled: () => !isReadOnly,
      run: () => input.current?.focus(),
    },
  ]);

  const write = async (): Promise<void> => {
    const note = parseQuickNote(draft, clockStore.getState().now, zoneStore.getState().zone);
    if (note.kind !== 'note' || isWriting) return;
    setIsWriting(true);
    const incident = activeIncident();
    const answer = await runCommand({
      name: 'note.write',
      text: note.text,
      ...(note.at === null ? {} : { at: note.at }),
      ...(incident === null ? {} : { incident }),
    });
    setIsWriting(false);
    if (answer.done) {
      // What was typed while the note was under way is the next one.
      if (input.current?.value === draft) setDraft('');
      refresh();
    }
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter') {
      event.preventDefault();
      void write();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      event.currentTarget.blur();
    }
  };

  return (
    <div className={styles['line']} data-note-line>
      <Icon name="note" size="s" className={styles['icon'] ?? ''} />
      <input
        ref={input}
        className={styles['input']}
        type="text"
        value={draft}
        aria-label={t('timeline.note')}
        aria-describedby={previewId}
        placeholder={t(isReadOnly ? 'timeline.note.readOnly' : 'timeline.note.placeholder')}
        disabled={isReadOnly}
        autoComplete="off"
        maxLength={20_500}
        data-testid="note-input"
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {draft.trim() === '' ? (
        <span id={previewId} className={styles['hidden']}>
          {t('timeline.note.empty')}
        </span>
      ) : (
        <Preview id={previewId} draft={draft} />
      )}
      <Button
        size="s"
        icon="send"
        isDisabled={isReadOnly || draft.trim() === ''}
        onPress={() => void write()}
        testId="note-write"
      >
        {t('timeline.note.write')}
      </Button>
    </div>
  );
}

/** Where the note will stand, before it is written. */
function Preview(props: { readonly id: string; readonly draft: string }) {
  const t = useText();
  const now = useStore(clockStore, (state) => state.now);
  const shown = useZone();
  const isReview = usePosition().mode !== 'live';
  const note = parseQuickNote(props.draft, now, shown);
  const isWarning = note.kind === 'problem' || (note.kind === 'note' && note.hint !== null);
  return (
    <span
      id={props.id}
      className={classes(
        styles['preview'],
        isWarning && styles['warning'],
        note.kind === 'note' && note.at !== null && styles['placed'],
      )}
      aria-live="polite"
      data-testid="note-preview"
    >
      {previewOf(note, now, isReview, shown, t)}
    </span>
  );
}

function previewOf(
  note: QuickNote,
  now: number,
  isReview: boolean,
  shown: Zone,
  t: Translate,
): string {
  if (note.kind === 'empty') return '';
  const at = note.at ?? now;
  const time = formatMoment(at, now);
  if (note.kind === 'problem') return t(`timeline.note.problem.${note.problem}`, { time });
  const zone = shown === 'utc' ? 'UTC' : zoneAt(at);
  const hint = note.hint === null ? '' : ` · ${t(`timeline.note.hint.${note.hint}`)}`;
  if (note.at === null) {
    return t(isReview ? 'timeline.note.nowInReview' : 'timeline.note.now', { time, zone }) + hint;
  }
  if (note.at > now) return t('timeline.note.soon', { time, zone }) + hint;
  return t('timeline.note.at', { time, zone, age: formatSpan(now - note.at, t) }) + hint;
}

/** The incident that a note belongs to: the one that is active, where there is only one. */
function activeIncident(): string | null {
  const active = [...rowStore('incidents').getState().rows.values()].filter(
    (incident) => incident.status === 'active',
  );
  return active.length === 1 ? (active[0]?.key ?? null) : null;
}

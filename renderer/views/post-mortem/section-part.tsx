import { useEffect, useRef, useState } from 'react';
import type { PostMortemSection } from '../../../shared/facts/post-mortem.ts';
import type { TimelineEntry } from '../../../shared/ipc/contract.ts';
import type { IncidentRow, PostMortemRow } from '../../../shared/ipc/rows.ts';
import { cite } from '../../../shared/post-mortem/blocks.ts';
import { uncitedIn } from '../../../shared/post-mortem/lint.ts';
import { standingDigest, type PostMortemText } from '../../../shared/projections/post-mortem.ts';
import { text as textNow, useText } from '../../i18n/text.ts';
import { Badge } from '../../kit/badge.tsx';
import { Button } from '../../kit/button.tsx';
import { TextArea } from '../../kit/field.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { formatTime } from '../../kit/format.ts';
import { Time } from '../../kit/time.tsx';
import { showToast } from '../../kit/toast-store.ts';
import { FactPicker } from '../../room/fact-picker.tsx';
import { rowStore } from '../../room/rows.ts';
import { runCommand } from '../../room/run-command.ts';
import { useDraft } from '../../room/session.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import { BlocksText } from './blocks-text.tsx';
import type { Cited } from './cited.ts';
import { draftOf } from './incident-facts.ts';
import { edit } from './post-mortem-store.ts';
import styles from './post-mortem.module.css';

/** One section: its text, who wrote it, what in it cites nothing, and the editor. */
export function SectionPart(props: {
  readonly incident: IncidentRow;
  readonly row: PostMortemRow;
  readonly section: PostMortemSection;
  readonly cited: Cited;
  readonly isEditing: boolean;
}) {
  const t = useText();
  const block = useWriteBlock();
  const { row, section, isEditing } = props;
  const written = row.sections[section];
  if (written === undefined) return null;
  const name = t(`postmortem.section.${section}`);
  const conflicts = row.conflicts.filter((conflict) => conflict.section === section);
  const earlier = row.history.filter((before) => before.section === section).length;
  return (
    <section
      className={styles['section']}
      aria-label={name}
      data-testid={`pm-section-${section}`}
      data-draft={written.isDraft}
    >
      <header className={styles['sectionHead']}>
        <h3>{name}</h3>
        <span className={styles['soft']}>
          {written.isDraft ? (
            written.text === '' ? null : (
              t('postmortem.isDraft')
            )
          ) : (
            <>
              <ForeignText text={written.by} /> <Time moment={written.at} />
            </>
          )}
          {earlier > 0 ? ` · ${t('postmortem.history', { count: earlier })}` : ''}
        </span>
        <Uncited text={written.text} />
        <span className={styles['space']} />
        {isEditing ? null : (
          <Button
            size="s"
            look="quiet"
            label={t('postmortem.edit.section', { section: name })}
            isDisabled={block !== null}
            onPress={() => edit(section)}
            testId={`pm-edit-${section}`}
          >
            {t('postmortem.edit')}
          </Button>
        )}
      </header>
      {conflicts.map((conflict) => (
        <div key={`${conflict.by} ${String(conflict.at)}`} className={styles['conflict']}>
          <p>{t('postmortem.conflict', { name: conflict.by, time: formatTime(conflict.at) })}</p>
          <BlocksText text={conflict.text} cited={props.cited} />
        </div>
      ))}
      {isEditing ? (
        <Editor incident={props.incident} row={row} section={section} cited={props.cited} />
      ) : written.text.trim() === '' ? (
        <p className={styles['soft']}>{t('postmortem.nothing')}</p>
      ) : (
        <BlocksText text={written.text} cited={props.cited} />
      )}
    </section>
  );
}

function Uncited(props: { readonly text: string }) {
  const t = useText();
  const found = uncitedIn(props.text);
  if (found.length === 0) return null;
  const lines = found
    .slice(0, 12)
    .map(({ line, begins }) => t('postmortem.uncited.line', { line, text: begins }));
  return (
    <span data-testid="pm-uncited" data-count={found.length}>
      <Badge tone="warning" title={lines.join('\n')}>
        {t('postmortem.uncited', { count: found.length })}
      </Badge>
    </span>
  );
}

function Editor(props: {
  readonly incident: IncidentRow;
  readonly row: PostMortemRow;
  readonly section: PostMortemSection;
  readonly cited: Cited;
}) {
  const t = useText();
  const { incident, row, section } = props;
  const [kept, keep] = useDraft(`postmortem.${incident.key}.${section}`.slice(0, 200));
  const [keptBase, keepBase] = useDraft(`postmortem.base.${incident.key}.${section}`.slice(0, 200));
  const [text, setText] = useState(kept === '' ? (row.sections[section]?.text ?? '') : kept);
  // What was seen when the editing began: what others write meanwhile is not overwritten unread.
  const [base, setBase] = useState(
    kept === '' || keptBase === '' ? standingDigest(row, section) : keptBase,
  );
  const [meanwhile, setMeanwhile] = useState<PostMortemText | null>(null);
  const [isBusy, setBusy] = useState(false);
  const field = useRef<HTMLDivElement>(null);
  // Whoever edits goes on writing, and cites after what was written.
  useEffect(() => {
    const area = field.current?.querySelector('textarea');
    area?.setSelectionRange(area.value.length, area.value.length);
  }, []);
  const change = (next: string): void => {
    setText(next);
    keep(next.slice(0, 50_000));
    keepBase(base);
  };
  /** Shows what stands there by now; only what is shown is replaced by the next saving. */
  const showMeanwhile = (): void => {
    const now = rowStore('postMortems').getState().rows.get(row.key) ?? row;
    const seen = standingDigest(now, section);
    setMeanwhile(now.sections[section] ?? null);
    setBase(seen);
    keepBase(seen);
  };
  const leave = (): void => {
    keep('');
    keepBase('');
    edit(null);
  };
  const save = async (): Promise<void> => {
    if (isBusy) return;
    setBusy(true);
    const answer = await runCommand(
      { name: 'post-mortem.edit', incident: incident.key, section, replaces: base, text },
      // That is said above the text itself; a notice would lie over it.
      { isQuiet: (code) => code === 'text-changed' },
    );
    setBusy(false);
    if (answer.done || answer.code === 'nothing-changed') leave();
    else if (answer.code === 'text-changed') showMeanwhile();
  };
  const insert = (entry: TimelineEntry | null): void => {
    if (entry === null) return;
    const area = field.current?.querySelector('textarea');
    const place = area?.selectionEnd ?? text.length;
    const lead = place > 0 && !/\s/.test(text[place - 1] ?? '') ? ' ' : '';
    change(`${text.slice(0, place)}${lead}${cite(entry.id)}${text.slice(place)}`);
    area?.focus();
  };
  const takeFresh = async (): Promise<void> => {
    try {
      const drafted = await draftOf(incident, row.language);
      change(drafted.find((one) => one.section === section)?.text ?? '');
    } catch {
      showToast({ tone: 'critical', title: textNow('postmortem.draft.failed') });
    }
  };
  return (
    <div className={styles['editor']} ref={field}>
      {meanwhile === null ? null : (
        <div className={styles['conflict']} role="status" data-testid="pm-meanwhile">
          <p>{t('postmortem.meanwhile', { name: meanwhile.by, time: formatTime(meanwhile.at) })}</p>
          <BlocksText text={meanwhile.text} cited={props.cited} />
        </div>
      )}
      <TextArea
        label={t('postmortem.text')}
        value={text}
        onChange={change}
        rows={Math.min(24, Math.max(6, text.split('\n').length + 1))}
        autoFocus
        onSubmit={() => void save()}
        onKeyDown={(event) => {
          if (event.key === 'Escape') edit(null);
        }}
        testId="pm-text"
      />
      <FactPicker
        label={t('postmortem.cite')}
        noneLabel={t('postmortem.cite.hint')}
        picked={null}
        onPick={insert}
      />
      <div className={styles['actions']}>
        <Button size="s" onPress={() => void takeFresh()}>
          {t('postmortem.fresh')}
        </Button>
        <span className={styles['space']} />
        <Button size="s" onPress={leave}>
          {t('kit.cancel')}
        </Button>
        <Button
          size="s"
          look="primary"
          shortcut="Ctrl+Enter"
          isDisabled={isBusy}
          onPress={() => void save()}
          testId="pm-save"
        >
          {t('postmortem.save')}
        </Button>
      </div>
    </div>
  );
}

import { useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { readChatLog } from '../../../shared/imports/chat-log.ts';
import type { LogReading } from '../../../shared/imports/log-reading.ts';
import { readTimesketch, timesketchKind } from '../../../shared/imports/timesketch.ts';
import type { ImportRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { Badge } from '../../kit/badge.tsx';
import { Button } from '../../kit/button.tsx';
import { clockStore } from '../../kit/clock.ts';
import { Dialog } from '../../kit/dialog.tsx';
import { TextArea, TextField } from '../../kit/field.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { formatUtc } from '../../kit/format.ts';
import { SentMark } from '../../kit/marks.tsx';
import { Select } from '../../kit/select.tsx';
import { Time } from '../../kit/time.tsx';
import { showToast } from '../../kit/toast-store.ts';
import { incidentForRun, useIncidentChoice } from '../../room/chosen-incident.ts';
import { evidenceStore } from '../../room/evidence/evidence-store.ts';
import { runCommand } from '../../room/run-command.ts';
import { useRowList } from '../../room/rows.ts';
import styles from './imports.module.css';
import { keepImport } from './keep-import.ts';

/** Shown before anything is kept: enough to see whether day, zone and names were read rightly. */
const PREVIEW = 50;
const PROBLEMS_SHOWN = 20;
const MINUTE_MS = 60_000;
const ZONES = [
  'UTC',
  'Asia/Shanghai',
  'Asia/Tokyo',
  'Asia/Singapore',
  'Asia/Kolkata',
  'Europe/Berlin',
  'Europe/London',
  'America/New_York',
  'America/Chicago',
  'America/Los_Angeles',
  'America/Sao_Paulo',
  'Australia/Sydney',
];

/** Takes over a chat's log or a file of Timesketch: read here, shown, and only then kept. */
export function ImportLogDialog() {
  const importing = useStore(evidenceStore, (state) => state.importing);
  return importing === null ? null : <ImportLog key={importing.name} {...importing} />;
}

function ImportLog(props: { readonly name: string; readonly text: string }) {
  const t = useText();
  const local = new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
  const [text, setText] = useState(props.text);
  const [name, setName] = useState(props.name);
  const [day, setDay] = useState(() => dayOf(clockStore.getState().now));
  const [zone, setZone] = useState(local);
  const [isBusy, setBusy] = useState(false);
  const incident = incidentForRun(useRowList('incidents'), useIncidentChoice()?.key ?? null);
  const sketch = useMemo(() => timesketchKind(text), [text]);
  const reading = useMemo((): LogReading => {
    if (text.trim() === '') return { messages: [], problems: [] };
    const latest = clockStore.getState().now + MINUTE_MS;
    return sketch === null
      ? readChatLog(text, { day, zone, latest })
      : readTimesketch(text, sketch, latest);
  }, [text, sketch, day, zone]);
  const { messages } = reading;
  const isDay = /^\d{4}-\d{2}-\d{2}$/u.test(day);
  const close = (): void => evidenceStore.setState({ importing: null });
  const save = async (): Promise<void> => {
    if (isBusy || messages.length === 0) return;
    setBusy(true);
    const outcome = await keepImport({
      kind: sketch === null ? 'chat' : 'timesketch',
      origin: name.trim() || t('imports.name.default'),
      incident: incident?.key ?? null,
      messages,
    });
    setBusy(false);
    if (outcome.isCut) return;
    if (outcome.kept === 0) {
      showToast({ tone: 'info', title: t('imports.nothing'), body: t('imports.nothing.why') });
      return;
    }
    const known = outcome.known === 0 ? undefined : t('imports.known', { count: outcome.known });
    const title = t('imports.done', { count: outcome.kept });
    showToast({ tone: 'success', title, body: known });
    close();
  };
  return (
    <Dialog
      title={t('imports.title')}
      isOpen
      size="l"
      onClose={close}
      testId="import-dialog"
      actions={
        <>
          <Button onPress={close}>{t('kit.cancel')}</Button>
          <Button
            look="primary"
            shortcut="Ctrl+Enter"
            isDisabled={isBusy || messages.length === 0}
            onPress={() => void save()}
            testId="import-save"
          >
            {t('imports.save', { count: messages.length })}
          </Button>
        </>
      }
    >
      <TextArea
        label={t('imports.text')}
        hint={t('imports.text.hint')}
        value={text}
        onChange={setText}
        rows={6}
        autoFocus
        onSubmit={() => void save()}
        testId="import-text"
      />
      <div className={styles['fields']}>
        <TextField
          label={t('imports.name')}
          value={name}
          onChange={setName}
          placeholder={t('imports.name.default')}
          testId="import-name"
        />
        {sketch === null ? (
          <>
            <TextField
              label={t('imports.day')}
              value={day}
              onChange={setDay}
              error={isDay ? null : t('imports.day.bad')}
              isMono
              testId="import-day"
            />
            <Select
              label={t('imports.zone')}
              value={zone}
              onChange={setZone}
              options={[...new Set([local, ...ZONES])].map((value) => ({
                value,
                label: value === local ? t('imports.zone.local', { zone: value }) : value,
              }))}
              testId="import-zone"
            />
          </>
        ) : null}
      </div>
      <Problems reading={reading} />
      <Preview reading={reading} />
      <Imports />
    </Dialog>
  );
}

function Problems(props: { readonly reading: LogReading }) {
  const t = useText();
  const { problems } = props.reading;
  if (problems.length === 0) return null;
  return (
    <div className={styles['problems']} role="status" data-testid="import-problems">
      <strong>{t('imports.problems', { count: problems.length })}</strong>
      <ul>
        {problems.slice(0, PROBLEMS_SHOWN).map(({ line, code }) => (
          <li key={`${String(line)} ${code}`}>
            {t('imports.problem', { line, reason: t(`imports.problem.${code}`) })}
          </li>
        ))}
      </ul>
      {problems.length > PROBLEMS_SHOWN
        ? t('imports.more', { count: problems.length - PROBLEMS_SHOWN })
        : null}
    </div>
  );
}

function Preview(props: { readonly reading: LogReading }) {
  const t = useText();
  const { messages } = props.reading;
  if (messages.length === 0) return null;
  return (
    <section aria-label={t('imports.preview')} className={styles['preview']}>
      <table className={styles['table']} data-testid="import-preview">
        <thead>
          <tr>
            {(['line', 'at', 'who', 'text'] as const).map((column) => (
              <th key={column} scope="col">
                {t(`imports.column.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {messages.slice(0, PREVIEW).map((message) => (
            <tr key={message.line}>
              <td className={styles['number']}>{message.line}</td>
              <td className={styles['number']}>{formatUtc(message.at)}</td>
              <td>
                <ForeignText text={message.who} />
              </td>
              <td className={styles['said']}>
                <ForeignText text={message.text.slice(0, 500)} keepLines />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {messages.length > PREVIEW ? t('imports.more', { count: messages.length - PREVIEW }) : null}
    </section>
  );
}

/** What was imported before, and the way to take it back. */
function Imports() {
  const t = useText();
  const rows = useRowList('imports');
  if (rows.length === 0) return null;
  return (
    <section aria-label={t('imports.list')}>
      <h3 className={styles['heading']}>{t('imports.list')}</h3>
      <ul className={styles['imports']}>
        {[...rows]
          .sort((left, right) => right.keptAt - left.keptAt)
          .map((row) => (
            <Import key={row.key} row={row} />
          ))}
      </ul>
    </section>
  );
}

function Import(props: { readonly row: ImportRow }) {
  const t = useText();
  const { row } = props;
  const [reason, setReason] = useState<string | null>(null);
  const line = useRef<HTMLLIElement>(null);
  const withdraw = async (): Promise<void> => {
    if (reason === null || reason.trim() === '') return;
    const answer = await runCommand({ name: 'import.withdraw', import: row.key, reason });
    if (!answer.done) return;
    setReason(null);
    // The field that had the keyboard is gone: it stays in the dialog.
    line.current?.focus();
  };
  return (
    <li ref={line} tabIndex={-1} className={styles['import']} data-testid="import-row">
      <span>
        <ForeignText text={row.name} /> · {t(`imports.kind.${row.kind}`)} ·{' '}
        {t('imports.lines', { count: row.lines })} · <ForeignText text={row.keptBy} />{' '}
        <Time moment={row.keptAt} /> <SentMark sent={row.sent} isWordHidden />
      </span>
      {row.withdrawn === null ? (
        reason === null ? (
          <Button
            size="s"
            look="quiet"
            icon="undo"
            onPress={() => setReason('')}
            testId="import-withdraw"
          >
            {t('imports.withdraw')}
          </Button>
        ) : (
          <TextField
            label={t('imports.withdraw.reason')}
            hint={t('imports.withdraw.hint')}
            value={reason}
            onChange={setReason}
            onSubmit={() => void withdraw()}
            autoFocus
            testId="import-reason"
          />
        )
      ) : (
        <Badge title={row.withdrawn.reason}>
          {t('imports.withdrawn', { who: row.withdrawn.by })}
        </Badge>
      )}
    </li>
  );
}

/** The day on which this desk's clock stands. */
function dayOf(now: number): string {
  const date = new Date(now);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

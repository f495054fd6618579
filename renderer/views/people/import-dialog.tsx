import { useEffect, useRef, useState } from 'react';
import type { Answer } from '../../../shared/ipc/contract.ts';
import { useText } from '../../i18n/text.ts';
import { Banner } from '../../kit/banner.tsx';
import { Button, ToggleButton } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { TextArea, TextField } from '../../kit/field.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { formatDate } from '../../kit/format.ts';
import { core } from '../../room/core.ts';
import { runCommand } from '../../room/run-command.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import { closePeopleDialog } from './people-store.ts';
import styles from './people.module.css';

/** As many problems as anybody reads; the first ones show what is the matter. */
const SHOWN_PROBLEMS = 20;

/** Reads people and shifts from a file or from what is pasted, and names every line that is wrong. */
export function ImportDialog() {
  const t = useText();
  const block = useWriteBlock();
  const file = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [origin, setOrigin] = useState('');
  const [team, setTeam] = useState('');
  const [areOverrides, setOverrides] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const read = usePeopleReading(text, team.trim());
  const isEmpty = text.trim() === '';
  const problems = isEmpty ? [] : (read?.problems ?? []);
  const name = origin.trim() || (read?.format === 'calendar' ? 'on-call' : 'contacts');
  const isReady = !isEmpty && read !== null && problems.length === 0 && block === null && !isBusy;
  const until = read?.shifts.reduce((latest, { to }) => Math.max(latest, to), 0) ?? 0;
  const save = async (): Promise<void> => {
    if (!isReady) return;
    setBusy(true);
    const answer = await runCommand({
      name: 'contacts.import',
      origin: name.slice(0, 200),
      contacts: read.contacts,
      shifts: read.shifts,
      ...(areOverrides && { overrides: true }),
    });
    setBusy(false);
    if (answer.done) closePeopleDialog();
  };
  return (
    <Dialog
      title={t('people.import.title')}
      isOpen
      onClose={closePeopleDialog}
      size="l"
      testId="people-import-dialog"
      actions={
        <>
          <Button onPress={closePeopleDialog}>{t('kit.cancel')}</Button>
          <Button
            look="primary"
            shortcut="Ctrl+Enter"
            isDisabled={!isReady}
            onPress={() => void save()}
            testId="people-import-run"
          >
            {t('people.import.run')}
          </Button>
        </>
      }
    >
      <div className={styles['form']}>
        {block === null ? null : <Banner tone="info" title={t(`people.block.${block}`)} />}
        <TextArea
          label={t('people.import.text')}
          value={text}
          onChange={setText}
          rows={9}
          hint={t('people.import.hint')}
          onSubmit={() => void save()}
          autoFocus
          testId="people-import-text"
        />
        <div className={styles['fields']}>
          <Button icon="file" onPress={() => file.current?.click()}>
            {t('people.import.file')}
          </Button>
          <input
            ref={file}
            type="file"
            accept=".ics,.ical,.csv,.tsv,.txt"
            className={styles['file']}
            tabIndex={-1}
            aria-label={t('people.import.file')}
            data-testid="people-import-file"
            onChange={(event) => {
              const [chosen] = event.target.files ?? [];
              if (!chosen) return;
              setOrigin(chosen.name.slice(0, 200));
              void chosen.text().then(setText);
            }}
          />
          <TextField
            label={t('people.import.origin')}
            value={origin}
            onChange={setOrigin}
            placeholder={name}
            hint={t('people.import.origin.hint')}
            onSubmit={() => void save()}
            testId="people-import-origin"
          />
          <TextField
            label={t('people.import.team')}
            value={team}
            onChange={(next) => setTeam(next.slice(0, 100))}
            onSubmit={() => void save()}
            testId="people-import-team"
          />
        </div>
        <div className={styles['line']}>
          <ToggleButton
            isSelected={areOverrides}
            onChange={setOverrides}
            testId="people-import-overrides"
          >
            {t('people.import.overrides')}
          </ToggleButton>
          <span className={styles['soft']}>{t('people.import.overrides.hint')}</span>
        </div>
        {problems.slice(0, SHOWN_PROBLEMS).map(({ line, code, detail }) => (
          <p
            key={`${line} ${code} ${detail}`}
            className={styles['bad']}
            data-testid="people-problem"
          >
            {t('people.problem.line', { line })} {t(`people.problem.${code}`)}{' '}
            <ForeignText text={detail} />
          </p>
        ))}
        {problems.length > 0 ? (
          <p className={styles['soft']}>{t('people.import.refused')}</p>
        ) : !isEmpty && read !== null ? (
          <p className={styles['good']} role="status" data-testid="people-import-fine">
            {t('people.import.fine', {
              people: read.contacts.length,
              shifts: read.shifts.length,
            })}{' '}
            {until === 0 ? '' : t('people.import.until', { time: formatDate(until) })}
          </p>
        ) : null}
      </div>
    </Dialog>
  );
}

/** What the core reads in a text; null before it answered. */
function usePeopleReading(text: string, team: string): Answer<'people.read'> | null {
  const [answer, setAnswer] = useState<Answer<'people.read'> | null>(null);
  useEffect(() => {
    let isOver = false;
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    core
      .ask('people.read', { text: text.slice(0, 4_000_001), team, zone: timeZone })
      .then((read) => {
        if (!isOver) setAnswer(read);
      })
      // The core is being started again: the next key asks it.
      .catch(() => {});
    return () => {
      isOver = true;
    };
  }, [text, team]);
  return answer;
}

import { useEffect, useRef, useState } from 'react';
import type { UnitRules } from '../../../shared/facts/units.ts';
import type { Answer } from '../../../shared/ipc/contract.ts';
import { SHARD_FUNCTIONS, type ShardFunction } from '../../../shared/units/shard.ts';
import { checkUnitRules, type UnitProblem } from '../../../shared/units/unit-rules.ts';
import { useText, type Translate } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { TextArea } from '../../kit/field.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { Select } from '../../kit/select.tsx';
import { core } from '../../room/core.ts';
import { runCommand } from '../../room/run-command.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import styles from './units.module.css';

const COUNTS = ['10', '100', '1000', '10000'] as const;

/** Reads units from a file or from what is pasted, names what is wrong, and sets them for the room. */
export function ImportDialog(props: {
  readonly rules: UnitRules | null;
  readonly onClose: () => void;
}) {
  const t = useText();
  const block = useWriteBlock();
  const file = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [origin, setOrigin] = useState('');
  const [by, setBy] = useState<ShardFunction>(props.rules?.shardFunction ?? 'last-digits');
  const [count, setCount] = useState<(typeof COUNTS)[number]>(
    COUNTS.find((one) => Number(one) === props.rules?.shardCount) ?? '100',
  );
  const [answer, setAnswer] = useState<Answer<'units.read'> | null>(null);
  useEffect(() => {
    let isOver = false;
    const question = { origin, text, shardFunction: by, shardCount: Number(count) };
    core.ask('units.read', question).then(
      (read) => {
        if (!isOver) setAnswer(read);
      },
      (error: unknown) => {
        if (!isOver) setAnswer({ rules: null, problems: [{ line: 1, reason: String(error) }] });
      },
    );
    return () => {
      isOver = true;
    };
  }, [text, origin, by, count]);
  const isEmpty = text.trim() === '';
  const rules = isEmpty ? null : (answer?.rules ?? null);
  const checked = rules === null ? null : checkUnitRules(rules);
  const problems = isEmpty ? [] : (answer?.problems ?? []);
  const isReady = checked?.ok === true && problems.length === 0 && block === null;
  const save = async (): Promise<void> => {
    if (!isReady || rules === null) return;
    const done = await runCommand({ name: 'units.configure', rules });
    if (done.done) props.onClose();
  };
  return (
    <Dialog
      title={t('units.import.title')}
      isOpen
      onClose={props.onClose}
      size="l"
      testId="units-dialog"
      actions={
        <>
          <Button onPress={props.onClose}>{t('kit.cancel')}</Button>
          <Button
            look="primary"
            isDisabled={!isReady}
            onPress={() => void save()}
            testId="units-save"
          >
            {t('units.import.save')}
          </Button>
        </>
      }
    >
      <div className={styles['form']}>
        <TextArea
          label={t('units.import.text')}
          value={text}
          onChange={setText}
          rows={9}
          hint={t('units.import.hint')}
          autoFocus
          testId="units-text"
        />
        <div className={styles['actions']}>
          <Button size="s" icon="file" onPress={() => file.current?.click()}>
            {t('units.import.file')}
          </Button>
          <input
            ref={file}
            type="file"
            accept=".csv,.tsv,.json,.txt"
            className={styles['file']}
            tabIndex={-1}
            aria-label={t('units.import.file')}
            data-testid="units-file"
            onChange={(event) => {
              const [chosen] = event.target.files ?? [];
              if (!chosen) return;
              setOrigin(chosen.name.slice(0, 300));
              void chosen.text().then(setText);
            }}
          />
          <Select
            label={t('units.import.function')}
            value={by}
            options={SHARD_FUNCTIONS.map((value) => ({
              value,
              label: t(`units.function.${value}`),
            }))}
            onChange={setBy}
            testId="units-function"
          />
          <Select
            label={t('units.import.count')}
            value={count}
            options={COUNTS.map((value) => ({ value, label: value }))}
            onChange={setCount}
          />
        </div>
        {problems.map(({ line, reason }) => (
          <p key={`${line} ${reason}`} className={styles['bad']} data-testid="units-problem">
            {t('units.problem.line', { line })} <ForeignText text={reason} />
          </p>
        ))}
        {checked?.ok === false
          ? checked.error.slice(0, 50).map((problem, index) => (
              <p key={index} className={styles['bad']} data-testid="units-problem">
                <ForeignText text={problemWords(problem, t)} />
              </p>
            ))
          : null}
        {isReady && rules !== null ? (
          <p className={styles['good']} data-testid="units-fine">
            {t('units.import.fine', { units: rules.units.length, shards: rules.shardCount })}
          </p>
        ) : null}
        {block === null ? null : <p className={styles['soft']}>{t(`units.block.${block}`)}</p>}
      </div>
    </Dialog>
  );
}

function problemWords(problem: UnitProblem, t: Translate): string {
  const key = `units.problem.${problem.code}` as const;
  switch (problem.code) {
    case 'gap':
      return t(key, { shards: problem.shards });
    case 'overlap':
      return t(key, { shards: problem.shards, units: problem.units.join(', ') });
    case 'weights':
      return t(key, { name: problem.name, sum: problem.sum });
    case 'shard-range':
    case 'lease':
      return t(key, { name: problem.name, shards: problem.shards });
    case 'no-replicas':
    case 'repeated-centre':
      return t(key, { shards: problem.shards });
    default:
      return t(key, { name: problem.name });
  }
}

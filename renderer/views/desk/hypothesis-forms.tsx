import { useEffect, useState } from 'react';
import { Checkbox } from 'react-aria-components';
import type { TimelineEntry } from '../../../shared/ipc/contract.ts';
import type { HypothesisRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { TextArea, TextField } from '../../kit/field.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { Time } from '../../kit/time.tsx';
import { core } from '../../room/core.ts';
import { entryText } from '../../room/entry-text.ts';
import { deskNow } from '../../room/now.ts';
import { positionStore } from '../../room/position.ts';
import { useRowList } from '../../room/rows.ts';
import { namesOf } from '../../room/names.ts';
import { Choice } from './choice.tsx';
import { closeDeskForm, type DeskForm } from './desk-store.ts';
import { useFields } from './fields.ts';
import { FormFrame } from './form-frame.tsx';
import styles from './forms.module.css';

const LONGEST = 4_000;
const VERDICTS = ['confirmed', 'rejected', 'open'] as const;

/** What may have caused it. */
export function HypothesisForm(props: { readonly form: DeskForm }) {
  const t = useText();
  const { form } = props;
  const nodes = useRowList('nodes');
  const { values, set, clear } = useFields(form, {
    text: '',
    service: form.who ?? '',
    tried: '',
  });
  const text = values.text.trim();
  const service = values.service.trim();
  return (
    <FormFrame
      name="hypothesis"
      title={t('desk.form.hypothesis.title')}
      run={t('desk.form.hypothesis.run')}
      submit={() => {
        set({ tried: '1' });
        if (text === '') return null;
        return {
          name: 'hypothesis.state',
          incident: form.thing,
          text,
          ...(service === '' ? {} : { service }),
        };
      }}
      onDone={() => {
        clear();
        closeDeskForm();
      }}
    >
      {(send) => (
        <>
          <TextField
            label={t('desk.hypothesis.text')}
            value={values.text}
            onChange={(next) => set({ text: next.slice(0, 2_000) })}
            error={values.tried !== '' && text === '' ? t('desk.form.hypothesis.missing') : null}
            onSubmit={send}
            autoFocus
            testId="hypothesis-text"
          />
          <TextField
            label={t('desk.hypothesis.service')}
            value={values.service}
            onChange={(next) => set({ service: next.slice(0, 300) })}
            hint={t('desk.form.hypothesis.service.hint')}
            suggestions={nodes.slice(0, 500).map(({ name }) => name)}
            onSubmit={send}
            testId="hypothesis-service"
          />
        </>
      )}
    </FormFrame>
  );
}

const RECENT_MS = 2 * 3_600_000;
const RECENT_SHOWN = 40;
const READ_DELAY_MS = 200;

/** What speaks for or against it, with the facts that show it. */
export function EvidenceForm(props: {
  readonly form: DeskForm;
  readonly hypothesis: HypothesisRow;
}) {
  const t = useText();
  const { form, hypothesis } = props;
  const { values, set, clear } = useFields(form, {
    text: '',
    supports: 'yes',
    find: hypothesis.service ?? '',
    tried: '',
  });
  const [cited, setCited] = useState<readonly string[]>([]);
  const recent = useRecentEntries(values.find);
  // What was said of it before is no evidence of it.
  const entries = recent.filter(({ thing }) => thing !== hypothesis.key);
  const text = values.text.trim();
  return (
    <FormFrame
      name="evidence"
      title={t('desk.form.evidence.title')}
      about={hypothesis.text}
      run={t('desk.form.save')}
      submit={() => {
        set({ tried: '1' });
        if (text === '') return null;
        return {
          name: 'hypothesis.support',
          hypothesis: hypothesis.key,
          supports: values.supports === 'yes',
          text,
          cites: [...cited],
        };
      }}
      onDone={() => {
        clear();
        closeDeskForm();
      }}
    >
      {(send) => (
        <>
          <Choice
            label={t('desk.form.evidence.question')}
            value={values.supports as 'yes' | 'no'}
            options={[
              { value: 'yes', label: t('entry.for') },
              { value: 'no', label: t('entry.against') },
            ]}
            onChange={(supports) => set({ supports })}
            testId="evidence-supports"
          />
          <TextField
            label={t('desk.form.evidence.text')}
            value={values.text}
            onChange={(next) => set({ text: next.slice(0, LONGEST) })}
            error={values.tried !== '' && text === '' ? t('desk.form.evidence.missing') : null}
            onSubmit={send}
            autoFocus
            testId="evidence-text"
          />
          <TextField
            label={t('desk.form.evidence.find')}
            value={values.find}
            onChange={(next) => set({ find: next.slice(0, 500) })}
            hint={t('desk.form.evidence.cited', { count: cited.length })}
            onSubmit={send}
            testId="evidence-find"
          />
          <div className={styles['checks']} role="group" aria-label={t('desk.form.evidence.facts')}>
            {entries.length === 0 ? (
              <p className={styles['faint']}>{t('desk.form.evidence.none')}</p>
            ) : null}
            {entries.map((entry) => (
              <EvidenceChoice
                key={entry.id}
                entry={entry}
                isCited={cited.includes(entry.id)}
                onChange={(isCited) =>
                  setCited(
                    isCited
                      ? [...cited, entry.id].slice(0, 50)
                      : cited.filter((id) => id !== entry.id),
                  )
                }
              />
            ))}
          </div>
        </>
      )}
    </FormFrame>
  );
}

function EvidenceChoice(props: {
  readonly entry: TimelineEntry;
  readonly isCited: boolean;
  readonly onChange: (isCited: boolean) => void;
}) {
  const t = useText();
  const { entry } = props;
  const said = entryText(entry, t, namesOf(entry));
  const words = [said.kind, said.subject, said.services.join(', '), said.text].filter(Boolean);
  return (
    <Checkbox
      className={styles['check'] ?? ''}
      isSelected={props.isCited}
      onChange={props.onChange}
      data-testid="evidence-fact"
    >
      <span className={styles['box']} />
      <Time moment={entry.at} />
      <ForeignText text={words.join(' · ').slice(0, 300)} />
    </Checkbox>
  );
}

/** The newest entries of the last two hours that hold a text, the newest first. */
function useRecentEntries(text: string): readonly TimelineEntry[] {
  const [entries, setEntries] = useState<readonly TimelineEntry[]>([]);
  useEffect(() => {
    let isGone = false;
    const read = async (): Promise<void> => {
      try {
        const now = deskNow();
        const answer = await core.ask('timeline.read', {
          position: positionStore.getState().position,
          from: now - RECENT_MS,
          // The desk's second may lag behind what was written within it.
          to: now + 60_000,
          limit: RECENT_SHOWN,
          filter: {
            groups: ['alerts', 'changes', 'people', 'runbooks'],
            text: text.trim(),
            pinnedOnly: false,
          },
        });
        if (!isGone) setEntries(answer.entries.toReversed());
      } catch {
        // The header says when the core does not answer; evidence can be written without a fact.
      }
    };
    const timer = setTimeout(() => void read(), READ_DELAY_MS);
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [text]);
  return entries;
}

/** Confirmed, rejected or open again, and why. */
export function JudgeForm(props: { readonly form: DeskForm; readonly hypothesis: HypothesisRow }) {
  const t = useText();
  const { form, hypothesis } = props;
  const options = VERDICTS.filter((verdict) => verdict !== hypothesis.verdict);
  const { values, set, clear } = useFields(form, {
    verdict: options[0] ?? 'confirmed',
    reason: '',
    tried: '',
  });
  const reason = values.reason.trim();
  return (
    <FormFrame
      name="judge"
      title={t('desk.form.judge.title')}
      about={hypothesis.text}
      run={t('desk.form.save')}
      submit={() => {
        set({ tried: '1' });
        const verdict = options.find((known) => known === values.verdict);
        if (verdict === undefined || reason === '') return null;
        return { name: 'hypothesis.judge', hypothesis: hypothesis.key, verdict, reason };
      }}
      onDone={() => {
        clear();
        closeDeskForm();
      }}
    >
      {() => (
        <>
          <Choice
            label={t('desk.form.judge.question')}
            value={options.find((known) => known === values.verdict) ?? null}
            options={options.map((value) => ({ value, label: t(`entry.verdict.${value}`) }))}
            onChange={(verdict) => set({ verdict })}
            hint={t('desk.form.judge.hint')}
            testId="judge-verdict"
          />
          <TextArea
            label={t('desk.form.reason')}
            value={values.reason}
            onChange={(next) => set({ reason: next.slice(0, LONGEST) })}
            error={values.tried !== '' && reason === '' ? t('desk.form.reason.missing') : null}
            rows={2}
            autoFocus
            testId="judge-reason"
          />
        </>
      )}
    </FormFrame>
  );
}

import { useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { IncidentSeverity, IncidentType } from '../../../shared/facts/incident.ts';
import { useText } from '../../i18n/text.ts';
import { Banner } from '../../kit/banner.tsx';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { TextArea, TextField } from '../../kit/field.tsx';
import { Select } from '../../kit/select.tsx';
import { useKnownPeople } from '../../room/known-people.ts';
import { closeDialog, useDialog } from '../../room/navigation.ts';
import { rowStore, useRow, useRowList } from '../../room/rows.ts';
import { runCommand } from '../../room/run-command.ts';
import { selectionStore } from '../../room/selection.ts';
import { useSession } from '../../room/session.ts';
import { chooseIncident } from '../../room/chosen-incident.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import { byUrgency } from '../../room/incident-family.ts';
import { focusRadio } from './focus-radio.ts';
import styles from './incident.module.css';
import { prefill, type Prefill } from './prefill.ts';
import { reasonOf } from './reason.ts';
import { ResolveDialog } from './resolve-dialog.tsx';
import { ServicePicker, UnitPicker } from './place-pickers.tsx';
import { SeverityChoice, severityOfKey } from './severity-choice.tsx';
import { TypeChoice } from './type-choice.tsx';

const NOTHING = prefill({}, []);

/** The dialog that begins an incident, or the one that ends it. */
export function DeclareDialog() {
  const { dialog } = useDialog();
  return dialog === 'resolve' ? <ResolveDialog /> : <DeclareForm />;
}

function DeclareForm() {
  const t = useText();
  const { detail } = useDialog();
  const person = useSession()?.person ?? '';
  const block = useWriteBlock();
  const alerts = useRowList('alerts');
  const groups = useRowList('groups');
  const incidents = useRowList('incidents');
  const [thing] = useState(() => detail.thing ?? selectionStore.getState().thing);
  const alert = useRow('alerts', thing);
  const node = useRow('nodes', thing);
  const isRead = useStore(rowStore('alerts'), (state) => state.position !== null);
  // What a person sees must not change under their hands: the suggestion stays as it first was.
  const [suggested, setSuggested] = useState<Prefill | null>(null);
  if (suggested === null && (isRead || alert || node)) {
    setSuggested(prefill({ alert, node }, alerts, groups));
  }
  const first = suggested ?? NOTHING;
  const [ownTitle, setTitle] = useState<string | null>(detail.title ?? null);
  const [ownSeverity, setSeverity] = useState<IncidentSeverity | null>(null);
  const [ownServices, setServices] = useState<readonly string[] | null>(detail.services ?? null);
  const [ownUnits, setUnits] = useState<readonly string[] | null>(null);
  const [commander, setCommander] = useState(person);
  const [type, setType] = useState<IncidentType | null>(null);
  const [impact, setImpact] = useState('');
  const [phase, setPhase] = useState<'active' | 'triage'>('active');
  const people = useKnownPeople();
  const title = ownTitle ?? first.title;
  const severity = ownSeverity ?? first.severity;
  const services = ownServices ?? first.services;
  const units = ownUnits ?? first.units;
  const [isTried, setTried] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const form = useRef<HTMLDivElement>(null);
  const active = byUrgency(incidents.filter((incident) => incident.status === 'active'));
  const parent = incidents.find(({ key }) => key === detail.parent);

  // Typing replaces the suggestion; an arrow key keeps it. What was typed before the suggestion
  // came is never selected: the next letter would replace it.
  const isTyped = useRef(detail.title !== undefined);
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      if (isTyped.current) return;
      const field = form.current?.querySelector<HTMLInputElement>('input');
      field?.focus();
      field?.select();
    });
    return () => cancelAnimationFrame(frame);
  }, [isRead]);

  const declare = async (): Promise<void> => {
    setTried(true);
    if (isBusy || block !== null || title.trim() === '' || commander.trim() === '') return;
    setBusy(true);
    const answer = await runCommand({
      name: 'incident.declare',
      title: title.trim(),
      severity,
      commander: commander.trim(),
      services: [...services],
      ...(units.length === 0 ? {} : { units: [...units] }),
      ...(type === null ? {} : { type }),
      ...(impact.trim() === '' ? {} : { impact: impact.trim() }),
      ...(phase === 'triage' ? { phase } : {}),
      ...(first.origin === null ? {} : { origin: first.origin }),
      ...(parent === undefined ? {} : { parent: parent.key }),
    });
    setBusy(false);
    if (answer.done) {
      chooseIncident(answer.thing);
      closeDialog();
    } else {
      setRefusal(reasonOf(answer.code));
    }
  };

  return (
    <Dialog
      title={t('incident.form.declare.title')}
      isOpen
      onClose={closeDialog}
      size="l"
      testId="declare-dialog"
      actions={
        <>
          <Button onPress={closeDialog}>{t('kit.cancel')}</Button>
          <Button
            look="primary"
            shortcut="Enter"
            isDisabled={isBusy || block !== null}
            onPress={() => void declare()}
            testId="declare-run"
          >
            {t('incident.form.declare')}
          </Button>
        </>
      }
    >
      <div
        ref={form}
        role="presentation"
        className={styles['form']}
        // On the way down: a group of radio buttons keeps every key to itself on the way up.
        onKeyDownCapture={(event) => {
          const chosen = severityOfKey(event);
          if (chosen) {
            event.preventDefault();
            setSeverity(chosen);
            focusRadio(event, chosen);
          } else if (
            event.key === 'Enter' &&
            (event.target as HTMLElement).matches('[type=radio]')
          ) {
            event.preventDefault();
            void declare();
          }
        }}
      >
        {block ? <Banner tone="review" title={t(`incident.blocked.${block}`)} /> : null}
        {refusal === null ? null : (
          <Banner tone="critical" title={refusal} testId="declare-refusal" />
        )}
        {parent ? (
          <Banner
            tone="info"
            title={t('incident.form.part', { title: parent.title })}
            testId="declare-parent"
          />
        ) : active[0] ? (
          <Banner
            tone="info"
            title={t('incident.form.active', { count: active.length, title: active[0].title })}
          />
        ) : null}
        <TextField
          label={t('incident.form.title')}
          value={title}
          onChange={(next) => {
            isTyped.current = true;
            setTitle(next.slice(0, 300));
          }}
          hint={t(
            `incident.form.title.hint.${detail.title === undefined ? first.from : 'nothing'}`,
          )}
          error={isTried && title.trim() === '' ? t('incident.form.title.missing') : null}
          onSubmit={() => void declare()}
          autoFocus
          testId="declare-title"
        />
        <SeverityChoice value={severity} onChange={setSeverity} />
        <div className={styles['columns']}>
          <TextField
            label={t('incident.form.commander')}
            value={commander}
            onChange={(next) => setCommander(next.slice(0, 200))}
            hint={t('incident.form.commander.hint')}
            error={isTried && commander.trim() === '' ? t('incident.form.commander.missing') : null}
            suggestions={people}
            onSubmit={() => void declare()}
            testId="declare-commander"
          />
          <div className={styles['columns']}>
            <TypeChoice value={type} onChange={setType} />
            <Select
              label={t('incident.form.phase')}
              value={phase}
              options={[
                { value: 'active', label: t('entry.phase.active') },
                {
                  value: 'triage',
                  label: t('entry.phase.triage'),
                  hint: t('incident.phase.triage'),
                },
              ]}
              onChange={setPhase}
              testId="declare-phase"
            />
          </div>
        </div>
        <div className={styles['columns']}>
          <ServicePicker value={services} onChange={setServices} onSubmit={() => void declare()} />
          <UnitPicker value={units} onChange={setUnits} onSubmit={() => void declare()} />
        </div>
        <TextArea
          label={t('incident.form.impact')}
          value={impact}
          onChange={(next) => setImpact(next.slice(0, 4_000))}
          hint={t('incident.form.impact.hint')}
          onSubmit={() => void declare()}
          rows={1}
          testId="declare-impact"
        />
      </div>
    </Dialog>
  );
}

import { useState } from 'react';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { isOpenOffer } from '../../../shared/projections/incident.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { TextArea, TextField } from '../../kit/field.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { Time } from '../../kit/time.tsx';
import { chooseIncident } from '../../room/chosen-incident.ts';
import { useKnownPeople } from '../../room/known-people.ts';
import { deskNow } from '../../room/now.ts';
import { useRowList, useRowsLoading } from '../../room/rows.ts';
import { useSession } from '../../room/session.ts';
import { FormDialog, useSending } from './form-dialog.tsx';
import { handOverPack } from './hand-over-pack.ts';
import { closeForm } from './incident-store.ts';
import styles from './incident.module.css';

/** Offers command to a person, with all that the next one must know. */
export function OfferForm(props: { readonly incident: IncidentRow }) {
  const t = useText();
  const { incident } = props;
  const sending = useSending();
  const people = useKnownPeople().filter((name) => name !== incident.commander);
  const draft = useDraftedPack(incident);
  const [to, setTo] = useState(incident.roles.deputy ?? '');
  const [ownPack, setPack] = useState<string | null>(null);
  const [isTried, setTried] = useState(false);
  const pack = ownPack ?? draft ?? '';

  const save = async (): Promise<void> => {
    setTried(true);
    if (to.trim() === '') return;
    const isDone = await sending.send({
      name: 'incident.offer-command',
      incident: incident.key,
      to: to.trim(),
      pack,
    });
    if (isDone) closeForm();
  };

  return (
    <FormDialog
      testId="incident-form-offer"
      title={t('incident.form.offer.title')}
      incident={incident}
      sending={sending}
      onSave={() => void save()}
      saveLabel={t('incident.form.offer.run')}
      size="l"
    >
      <TextField
        label={t('incident.form.offer.to')}
        value={to}
        onChange={(next) => setTo(next.slice(0, 200))}
        hint={t('incident.form.offer.hint')}
        error={isTried && to.trim() === '' ? t('incident.form.offer.to.missing') : null}
        suggestions={people}
        onSubmit={() => void save()}
        autoFocus
        isPreselected
        testId="offer-to"
      />
      <TextArea
        label={t('incident.form.offer.pack')}
        value={pack}
        onChange={(next) => setPack(next.slice(0, 50_000))}
        hint={t('incident.form.offer.pack.hint')}
        onSubmit={() => void save()}
        rows={14}
        testId="offer-pack"
      />
    </FormDialog>
  );
}

/** "Do you wish to take command?" */
export function AnswerForm(props: { readonly incident: IncidentRow; readonly offer: string }) {
  const t = useText();
  const { incident } = props;
  const sending = useSending();
  const own = useSession()?.person ?? '';
  const [reason, setReason] = useState('');
  const offer = incident.offers.find((candidate) => candidate.offer === props.offer);
  if (offer === undefined) return null;
  const isOpen = isOpenOffer(offer, incident);
  const isMine = offer.to === own;

  const answer = async (accepted: boolean): Promise<void> => {
    const isDone = await sending.send({
      name: 'incident.answer-command',
      incident: incident.key,
      offer: offer.offer,
      accepted,
      reason: reason.trim(),
    });
    if (!isDone) return;
    // Whoever commands sees what they command.
    if (accepted) chooseIncident(incident.key);
    closeForm();
  };
  const decline = (
    <Button
      isDisabled={sending.isBusy || offer.answer !== 'waiting'}
      onPress={() => void answer(false)}
      testId="answer-decline"
    >
      {t(isMine ? 'incident.form.answer.decline' : 'incident.form.answer.withdraw')}
    </Button>
  );

  return (
    <FormDialog
      testId="incident-form-answer"
      title={t(isMine ? 'incident.form.answer.title' : 'incident.form.answer.waiting', {
        name: offer.to,
      })}
      incident={incident}
      sending={sending}
      onSave={() => void answer(true)}
      saveLabel={t('incident.form.answer.accept')}
      isSaveDisabled={!isOpen || !isMine}
      otherActions={decline}
      size="l"
    >
      <p>
        <ForeignText text={t('incident.form.answer.by', { name: offer.by })} />{' '}
        <Time moment={offer.at} />
      </p>
      {isOpen ? null : <p className={styles['warn']}>{t('incident.form.answer.void')}</p>}
      <section>
        <h3 className={styles['heading']}>{t('incident.form.offer.pack')}</h3>
        <div
          className={styles['pack']}
          // Long texts are scrolled by keyboard.
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls
          tabIndex={0}
          role="group"
          aria-label={t('incident.form.offer.pack')}
          data-testid="answer-pack"
        >
          {offer.pack === '' ? (
            <span className={styles['faint']}>{t('incident.form.answer.noPack')}</span>
          ) : (
            <ForeignText text={offer.pack} keepLines />
          )}
        </div>
      </section>
      <TextField
        label={t('incident.form.answer.reason')}
        value={reason}
        onChange={(next) => setReason(next.slice(0, 4_000))}
        onSubmit={() => void answer(isMine)}
        autoFocus
        testId="incident-form-text"
      />
    </FormDialog>
  );
}

/** The pack as it is drafted when the form opens; null until the rows are there. */
function useDraftedPack(incident: IncidentRow): string | null {
  const t = useText();
  const rows = {
    incidents: useRowList('incidents'),
    tasks: useRowList('tasks'),
    decisions: useRowList('decisions'),
    hypotheses: useRowList('hypotheses'),
    reports: useRowList('reports'),
    updates: useRowList('updates'),
    runs: useRowList('runs'),
    alerts: useRowList('alerts'),
    sources: useRowList('sources'),
  };
  const loading = [
    useRowsLoading('tasks'),
    useRowsLoading('decisions'),
    useRowsLoading('hypotheses'),
    useRowsLoading('reports'),
    useRowsLoading('updates'),
    useRowsLoading('runs'),
    useRowsLoading('alerts'),
    useRowsLoading('sources'),
  ];
  // What a person reads and edits must not change under their hands.
  const [draft, setDraft] = useState<string | null>(null);
  if (draft === null && !loading.includes(true)) {
    setDraft(handOverPack(incident, rows, deskNow(), t));
  }
  return draft;
}

import { useStore } from 'zustand';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { useRow } from '../../room/rows.ts';
import { CallCard } from './call-card.tsx';
import { ChannelsForm } from './channels-form.tsx';
import { AnswerForm, OfferForm } from './hand-over-form.tsx';
import { formStore, type IncidentForm } from './incident-store.ts';
import { PhaseForm } from './phase-form.tsx';
import { RolesForm } from './roles-form.tsx';
import { ScopeForm } from './scope-form.tsx';
import { SplitForm } from './split-form.tsx';
import { Switcher } from './switcher.tsx';
import { TeamForm } from './team-form.tsx';
import { TextIncidentForm } from './text-form.tsx';
import { TieIncidentForm } from './tie-form.tsx';

/** The form about an incident that is open, if any. */
export function IncidentForms() {
  const { form, incident, detail } = useStore(formStore);
  const row = useRow('incidents', incident);
  if (form === 'switch') return <Switcher />;
  if (form === null || !row) return null;
  return <OneForm key={`${form} ${row.key}`} form={form} incident={row} detail={detail} />;
}

function OneForm(props: {
  readonly form: IncidentForm;
  readonly incident: IncidentRow;
  readonly detail: string | null;
}) {
  const { form, incident } = props;
  switch (form) {
    case 'severity':
    case 'rename':
    case 'commander':
    case 'reopen':
      return <TextIncidentForm form={form} incident={incident} />;
    case 'merge':
    case 'duplicate':
    case 'parent':
      return <TieIncidentForm form={form} incident={incident} />;
    case 'phase':
      return <PhaseForm incident={incident} />;
    case 'scope':
      return <ScopeForm incident={incident} />;
    case 'split':
      return <SplitForm incident={incident} />;
    case 'roles':
      return <RolesForm incident={incident} />;
    case 'team':
      return <TeamForm incident={incident} team={props.detail} />;
    case 'channels':
      return <ChannelsForm incident={incident} />;
    case 'offer':
      return <OfferForm incident={incident} />;
    case 'answer':
      return <AnswerForm incident={incident} offer={props.detail ?? ''} />;
    case 'card':
      return <CallCard incident={incident} />;
  }
}

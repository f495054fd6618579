import { useStore } from 'zustand';
import { AUDIENCES } from '../../../shared/facts/incident.ts';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { useCommands, type UiCommand } from '../../commands/registry.ts';
import { useText } from '../../i18n/text.ts';
import { EmptyState } from '../../kit/empty-state.tsx';
import { CadencePart } from './cadence-part.tsx';
import { sendNow } from './delivery.ts';
import { HistoryPart } from './history-part.tsx';
import styles from './updates.module.css';
import { updatesStore, writeFor } from './updates-store.ts';
import { useUpdatesOf } from './use-updates.ts';
import { WebhooksDialog } from './webhooks-dialog.tsx';
import { WritePart } from './write-part.tsx';

/** Who is to hear when, an update being written, and what was said so far. */
export function UpdatesView(props: { readonly incident: IncidentRow | null }) {
  const t = useText();
  const { incident } = props;
  const updates = useUpdatesOf(incident);
  const { audience, areWebhooksOpen } = useStore(updatesStore);
  useCommands([
    ...AUDIENCES.map((one, place): UiCommand => ({
      id: `updates.write-${one}`,
      group: 'incident',
      titleKey: 'updates.command.for',
      titleParams: () => ({ audience: t(`updates.audience.${one}`) }),
      shortcut: String(place + 1),
      isEnabled: () => incident !== null,
      run: () => writeFor(one),
    })),
    {
      id: 'updates.webhooks',
      group: 'room',
      titleKey: 'updates.command.webhooks',
      shortcut: 'W',
      run: () => updatesStore.setState({ areWebhooksOpen: true }),
    },
    {
      id: 'updates.send',
      group: 'incident',
      titleKey: 'updates.command.send',
      shortcut: 'S',
      isEnabled: () => updates.some(({ sending }) => sending !== null),
      run: () => void sendNow(),
    },
  ]);
  return (
    <>
      {incident === null ? (
        <EmptyState icon="send" title={t('updates.none.title')} why={t('updates.none.why')} />
      ) : (
        <div className={styles['view']}>
          <div className={styles['side']}>
            <CadencePart incident={incident} updates={updates} />
            {audience === null ? null : (
              <WritePart
                key={`${incident.key} ${audience}`}
                incident={incident}
                audience={audience}
              />
            )}
          </div>
          <HistoryPart incident={incident} updates={updates} />
        </div>
      )}
      {areWebhooksOpen ? <WebhooksDialog /> : null}
    </>
  );
}

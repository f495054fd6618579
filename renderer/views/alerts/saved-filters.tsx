import { useState } from 'react';
import { z } from 'zod';
import { useStore } from 'zustand';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { TextField } from '../../kit/field.tsx';
import { Menu } from '../../kit/menu.tsx';
import { updateSession, useSession } from '../../room/session.ts';
import { isFiltered, SEVERITIES, STATUSES, type AlertFilter } from './alert-order.ts';
import { alertsStore } from './alerts-store.ts';

const LAYOUT_KEY = 'alerts.saved';
const MOST = 30;

const savedSchema = z.array(
  z.object({
    name: z.string(),
    filter: z.object({
      text: z.string(),
      severities: z.array(z.enum(SEVERITIES)),
      statuses: z.array(z.enum(STATUSES)),
      unacknowledgedOnly: z.boolean(),
    }),
  }),
);
type Saved = z.infer<typeof savedSchema>;

/** Filters that this desk keeps under a name. */
export function SavedFilters() {
  const t = useText();
  const session = useSession();
  const filter = useStore(alertsStore, (state) => state.filter);
  const [isNaming, setNaming] = useState(false);
  const read = savedSchema.safeParse(session?.layout[LAYOUT_KEY]);
  const saved: Saved = read.success ? read.data : [];
  const keep = (next: Saved): void => {
    updateSession({ layout: { ...session?.layout, [LAYOUT_KEY]: next } });
  };
  const current = saved.find((one) => isSame(one.filter, filter));
  return (
    <>
      <Menu
        label={t('alerts.saved')}
        trigger={
          <Button size="s" testId="alerts-saved">
            {current?.name ?? t('alerts.saved')}
          </Button>
        }
        entries={[
          ...saved.map(({ name, filter: kept }, index) => ({
            id: `use-${String(index)}`,
            label: name,
            icon: isSame(kept, filter) ? ('check' as const) : undefined,
            run: () => alertsStore.setState({ filter: kept }),
          })),
          {
            id: 'save',
            label: t('alerts.saved.save'),
            isDisabled: !isFiltered(filter) || current !== undefined || saved.length >= MOST,
            run: () => setNaming(true),
          },
          {
            id: 'forget',
            label: t('alerts.saved.forget', { name: current?.name ?? '' }),
            isDisabled: current === undefined,
            run: () => keep(saved.filter((one) => one !== current)),
          },
        ]}
      />
      {isNaming ? (
        <NameDialog
          onClose={() => setNaming(false)}
          onSave={(name) =>
            keep([
              ...saved.filter((one) => one.name !== name),
              {
                name,
                filter: {
                  ...filter,
                  severities: [...filter.severities],
                  statuses: [...filter.statuses],
                },
              },
            ])
          }
        />
      ) : null}
    </>
  );
}

function NameDialog(props: {
  readonly onSave: (name: string) => void;
  readonly onClose: () => void;
}) {
  const t = useText();
  const [name, setName] = useState('');
  const save = (): void => {
    if (name.trim() === '') return;
    props.onSave(name.trim());
    props.onClose();
  };
  return (
    <Dialog
      title={t('alerts.saved.save')}
      isOpen
      onClose={props.onClose}
      size="s"
      testId="save-filter-dialog"
      actions={
        <>
          <Button onPress={props.onClose}>{t('kit.cancel')}</Button>
          <Button
            look="primary"
            isDisabled={name.trim() === ''}
            onPress={save}
            testId="filter-save"
          >
            {t('alerts.saved.keep')}
          </Button>
        </>
      }
    >
      <TextField
        label={t('alerts.saved.name')}
        value={name}
        onChange={setName}
        autoFocus
        onSubmit={save}
        testId="filter-name"
      />
    </Dialog>
  );
}

function isSame(left: AlertFilter, right: AlertFilter): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

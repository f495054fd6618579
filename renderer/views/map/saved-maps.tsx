import { useState } from 'react';
import { z } from 'zod';
import { useStore } from 'zustand';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { TextField } from '../../kit/field.tsx';
import { Menu } from '../../kit/menu.tsx';
import { setLayout, useLayout } from '../../room/session.ts';
import { mapStore } from './map-model.ts';
import { queryText, readQueryText } from './map-query.ts';
import type { Middle } from './viewport.ts';

const LAYOUT_KEY = 'map.bookmarks';
const MOST = 40;

const savedSchema = z.array(z.object({ name: z.string(), query: z.string() }));
type Saved = z.infer<typeof savedSchema>;

/** Maps that this desk keeps under a name: what is shown, and where one looks. */
export function SavedMaps(props: {
  readonly view: () => Middle | null;
  readonly isNaming: boolean;
  readonly onNaming: (isNaming: boolean) => void;
}) {
  const t = useText();
  const kept = useLayout(LAYOUT_KEY);
  const query = useStore(mapStore, (state) => state.query);
  const read = savedSchema.safeParse(kept);
  const saved: Saved = read.success ? read.data : [];
  const text = queryText(query, null);
  const current = saved.find((one) => queryText(readQueryText(one.query).query, null) === text);
  const keep = (next: Saved): void => setLayout(LAYOUT_KEY, next);
  return (
    <>
      <Menu
        label={t('map.bookmarks')}
        trigger={
          <Button size="s" look="quiet" testId="map-bookmarks">
            {current?.name ?? t('map.bookmarks')}
          </Button>
        }
        entries={[
          ...saved.map((one, index) => ({
            id: `use-${String(index)}`,
            label: one.name,
            icon: one === current ? ('check' as const) : undefined,
            run: () => showSaved(one.query),
          })),
          {
            id: 'save',
            label: t('map.bookmarks.save'),
            isDisabled: saved.length >= MOST,
            run: () => props.onNaming(true),
          },
          {
            id: 'forget',
            label: t('map.bookmarks.forget', { name: current?.name ?? '' }),
            isDisabled: current === undefined,
            run: () => keep(saved.filter((one) => one !== current)),
          },
        ]}
      />
      {props.isNaming ? (
        <NameDialog
          onClose={() => props.onNaming(false)}
          onSave={(name) =>
            keep([
              ...saved.filter((one) => one.name !== name),
              { name, query: queryText(mapStore.getState().query, props.view()) },
            ])
          }
        />
      ) : null}
    </>
  );
}

/** Shows what a bookmark or a link says. */
export function showSaved(text: string): void {
  const { query, view } = readQueryText(text);
  mapStore.setState({ query, group: null, wishedView: view });
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
      title={t('map.bookmarks.save')}
      isOpen
      onClose={props.onClose}
      size="s"
      testId="map-bookmark-dialog"
      actions={
        <>
          <Button onPress={props.onClose}>{t('kit.cancel')}</Button>
          <Button
            look="primary"
            isDisabled={name.trim() === ''}
            onPress={save}
            testId="map-bookmark-save"
          >
            {t('map.bookmarks.keep')}
          </Button>
        </>
      }
    >
      <TextField
        label={t('map.bookmarks.name')}
        value={name}
        onChange={setName}
        autoFocus
        onSubmit={save}
        testId="map-bookmark-name"
      />
    </Dialog>
  );
}

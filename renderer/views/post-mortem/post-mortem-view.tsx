import { useStore } from 'zustand';
import { useCommands } from '../../commands/registry.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { Panel } from '../../kit/panel.tsx';
import { Tabs } from '../../kit/tabs.tsx';
import { useIncidentChoice } from '../../room/chosen-incident.ts';
import { useRowList, useRowMap } from '../../room/rows.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import { ActionDialog } from './action-dialog.tsx';
import { ActionsTable } from './actions-part.tsx';
import { AcrossPart } from './across-part.tsx';
import { DocumentPart } from './document-part.tsx';
import { openAction, postMortemStore, showTab, type PostMortemTab } from './post-mortem-store.ts';
import styles from './post-mortem.module.css';

const TABS: readonly PostMortemTab[] = ['document', 'actions', 'across'];

/** What was learned from an incident, what is to be done, and what incidents have in common. */
export function PostMortemView() {
  const t = useText();
  const tab = useStore(postMortemStore, (state) => state.tab);
  const chosen = useStore(postMortemStore, (state) => state.incident);
  const onDesk = useIncidentChoice()?.key;
  const incidents = useRowList('incidents').toSorted(
    (left, right) => right.declaredAt - left.declaredAt,
  );
  const byKey = useRowMap('incidents');
  const followUps = useRowList('followUps');
  const incident = byKey.get(chosen ?? '') ?? byKey.get(onDesk ?? '') ?? incidents[0] ?? null;
  const block = useWriteBlock();
  const newAction = (): void => {
    if (incident !== null) openAction(incident.key);
  };
  useCommands([
    {
      id: 'postmortem.new-action',
      group: 'incident',
      titleKey: 'postmortem.command.action',
      shortcut: 'N',
      isEnabled: () => block === null && incident !== null,
      run: newAction,
    },
  ]);
  if (incident === null) {
    return (
      <div className={styles['view']}>
        <EmptyState
          icon="postmortem"
          title={t('postmortem.none.title')}
          why={t('postmortem.none.why')}
          what={t('postmortem.none.what')}
        />
      </div>
    );
  }
  return (
    <div className={styles['view']} data-testid="postmortem-view">
      <Tabs
        label={t('postmortem.tabs')}
        selected={tab}
        onSelect={(id) => showTab(TABS.find((known) => known === id) ?? 'document')}
        tabs={[
          {
            id: 'document',
            label: t('postmortem.tab.document'),
            content: <DocumentPart key={incident.key} incident={incident} incidents={incidents} />,
          },
          {
            id: 'actions',
            label: t('postmortem.tab.actions'),
            count: followUps.length,
            content: (
              <Panel
                title={t('postmortem.actions')}
                isPadded
                testId="pm-actions"
                toolbar={
                  <Button size="s" shortcut="N" isDisabled={block !== null} onPress={newAction}>
                    {t('postmortem.action.new')}
                  </Button>
                }
              >
                <ActionsTable rows={followUps} isAcross />
              </Panel>
            ),
          },
          { id: 'across', label: t('postmortem.tab.across'), content: <AcrossPart /> },
        ]}
      />
      <ActionDialog />
    </div>
  );
}

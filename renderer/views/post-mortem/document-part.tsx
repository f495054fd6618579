import { useMemo, useState } from 'react';
import { useStore } from 'zustand';
import {
  POST_MORTEM_SECTIONS,
  postMortemThing,
  type PostMortemSection,
} from '../../../shared/facts/post-mortem.ts';
import type { IncidentRow, PostMortemRow } from '../../../shared/ipc/rows.ts';
import { useCommands } from '../../commands/registry.ts';
import { text, useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { SentMark } from '../../kit/marks.tsx';
import { Panel } from '../../kit/panel.tsx';
import { Select } from '../../kit/select.tsx';
import { showToast } from '../../kit/toast-store.ts';
import { useRow, useRowMap } from '../../room/rows.ts';
import { runCommand } from '../../room/run-command.ts';
import { sessionStore } from '../../room/session.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import { useCited } from './cited.ts';
import { exportPostMortem } from './export-file.ts';
import { draftOf, useIncidentFacts, useSimilar } from './incident-facts.ts';
import { edit, postMortemStore } from './post-mortem-store.ts';
import styles from './post-mortem.module.css';
import { SectionPart } from './section-part.tsx';
import { SideParts } from './side-parts.tsx';
import { TEMPLATE_NAMES, TEMPLATES, type Template } from './templates.ts';

const STATUSES = ['draft', 'review', 'final'] as const;

/** One incident's post-mortem: its sections, and beside them what stands by itself. */
export function DocumentPart(props: {
  readonly incident: IncidentRow;
  readonly incidents: readonly IncidentRow[];
}) {
  const t = useText();
  const { incident } = props;
  const block = useWriteBlock();
  const row = useRow('postMortems', postMortemThing(incident.key)) ?? null;
  const editing = useStore(postMortemStore, (state) => state.editing);
  const [template, setTemplate] = useState<Template>('full');
  const [isBusy, setBusy] = useState(false);
  const facts = useIncidentFacts(incident);
  const similar = useSimilar(incident);
  const incidentRows = useRowMap('incidents');
  const texts = useMemo(() => textsOf(row), [row]);
  const cited = useCited(texts);
  const mayWrite = block === null;

  const draft = async (): Promise<void> => {
    if (isBusy) return;
    setBusy(true);
    await writeDraft(incident, row, template);
    setBusy(false);
  };
  const save = (kind: 'md' | 'html'): void => {
    if (row === null) return;
    void exportPostMortem(kind, incident, row, {
      followUps: facts.followUps,
      decisions: facts.decisions,
      runs: facts.runs,
      similar,
      incidents: incidentRows,
    });
  };
  useCommands([
    {
      id: 'postmortem.draft',
      group: 'incident',
      titleKey: 'postmortem.command.draft',
      shortcut: 'D',
      isEnabled: () => mayWrite && editing === null,
      run: () => void draft(),
    },
    {
      id: 'postmortem.export-md',
      group: 'incident',
      titleKey: 'postmortem.command.md',
      isEnabled: () => row !== null,
      run: () => save('md'),
    },
    {
      id: 'postmortem.export-html',
      group: 'incident',
      titleKey: 'postmortem.command.html',
      isEnabled: () => row !== null,
      run: () => save('html'),
    },
    ...POST_MORTEM_SECTIONS.map((section) => ({
      id: `postmortem.edit-${section}`,
      group: 'incident' as const,
      titleKey: 'postmortem.edit.section' as const,
      titleParams: () => ({ section: t(`postmortem.section.${section}`) }),
      isEnabled: () => mayWrite && row?.sections[section] !== undefined,
      run: () => edit(section),
    })),
  ]);

  const chooseTemplate = (
    <Select
      label={t('postmortem.template')}
      isLabelHidden
      size="s"
      value={template}
      options={TEMPLATE_NAMES.map((value) => ({
        value,
        label: t(`postmortem.template.${value}`),
        hint: t(`postmortem.template.${value}.hint`),
      }))}
      onChange={setTemplate}
      testId="pm-template"
    />
  );
  return (
    <div className={styles['document']}>
      <div className={styles['bar']}>
        <Select
          label={t('postmortem.incident')}
          isLabelHidden
          size="s"
          className={styles['pick'] ?? ''}
          value={incident.key}
          options={props.incidents.map(({ key, severity, title }) => ({
            value: key,
            label: `${severity} ${title}`,
          }))}
          onChange={(key) => postMortemStore.setState({ incident: key, editing: null })}
          testId="pm-incident"
        />
        <span className={styles['space']} />
        {row === null ? null : (
          <>
            <SentMark sent={row.sent} />
            <Select
              label={t('postmortem.status')}
              isLabelHidden
              size="s"
              value={row.status}
              isDisabled={!mayWrite}
              options={STATUSES.map((value) => ({
                value,
                label: t(`postmortem.status.${value}`),
              }))}
              onChange={(status) =>
                void runCommand({
                  name: 'post-mortem.change-status',
                  incident: incident.key,
                  status,
                })
              }
              testId="pm-status"
            />
            {chooseTemplate}
            <Button
              size="s"
              shortcut="D"
              isDisabled={!mayWrite || isBusy}
              onPress={() => void draft()}
              testId="pm-renew"
            >
              {t('postmortem.renew')}
            </Button>
            <Button size="s" icon="export" onPress={() => save('md')} testId="pm-export-md">
              {t('postmortem.export.md')}
            </Button>
            <Button size="s" icon="export" onPress={() => save('html')} testId="pm-export-html">
              {t('postmortem.export.html')}
            </Button>
          </>
        )}
      </div>
      <div className={styles['columns']}>
        <Panel title={t('postmortem.tab.document')} isPadded testId="pm-document">
          {row === null ? (
            <EmptyState
              icon="postmortem"
              title={t('postmortem.empty.title')}
              why={t('postmortem.empty.why')}
              actions={
                <>
                  {chooseTemplate}
                  <Button
                    look="primary"
                    shortcut="D"
                    isDisabled={!mayWrite || isBusy}
                    onPress={() => void draft()}
                    testId="pm-draft"
                  >
                    {t('postmortem.draft')}
                  </Button>
                </>
              }
            />
          ) : (
            POST_MORTEM_SECTIONS.map((section) => (
              <SectionPart
                key={section}
                incident={incident}
                row={row}
                section={section}
                cited={cited}
                isEditing={editing === section}
              />
            ))
          )}
        </Panel>
        <SideParts incident={incident} {...facts} similar={similar} />
      </div>
    </div>
  );
}

function textsOf(row: PostMortemRow | null): readonly string[] {
  if (row === null) return [];
  return [...Object.values(row.sections), ...row.conflicts].map(({ text: written }) => written);
}

/** Drafts the sections of a template, and anew those that the post-mortem has and nobody edited. */
async function writeDraft(
  incident: IncidentRow,
  row: PostMortemRow | null,
  template: Template,
): Promise<void> {
  const wanted = new Set<PostMortemSection>([
    ...TEMPLATES[template],
    ...POST_MORTEM_SECTIONS.filter((section) => row?.sections[section]?.isDraft === true),
  ]);
  try {
    const language = row?.language ?? sessionStore.getState().session?.language ?? 'en';
    const drafted = await draftOf(incident, language);
    await runCommand({
      name: 'post-mortem.draft',
      incident: incident.key,
      language,
      sections: drafted.filter(({ section }) => wanted.has(section)),
    });
  } catch {
    showToast({ tone: 'critical', title: text('postmortem.draft.failed') });
  }
}

import { useMemo, useState, type ReactNode } from 'react';
import type { RunbookRow } from '../../../shared/ipc/rows.ts';
import type { Runbook, RunbookStep } from '../../../shared/runbooks/format.ts';
import { runbookBaseName } from '../../../shared/runbooks/names.ts';
import { useCommands } from '../../commands/registry.ts';
import { incidentForRun, useIncidentChoice } from '../../room/chosen-incident.ts';
import { text as translate, useText } from '../../i18n/text.ts';
import { Badge } from '../../kit/badge.tsx';
import { Banner } from '../../kit/banner.tsx';
import { Button, IconButton } from '../../kit/button.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { formatSpan } from '../../kit/format.ts';
import { Icon } from '../../kit/icons.tsx';
import { Menu } from '../../kit/menu.tsx';
import { Spinner } from '../../kit/spinner.tsx';
import { Age, Time } from '../../kit/time.tsx';
import { showToast } from '../../kit/toast-store.ts';
import { core, shell } from '../../room/core.ts';
import { useRowList } from '../../room/rows.ts';
import { useSelection } from '../../room/selection.ts';
import { useDraft } from '../../room/session.ts';
import styles from './library.module.css';
import { editField, editRunbook, editText, readEdited } from './edited.ts';
import { RetireDialog } from './retire-dialog.tsx';
import { lastRunOf, targetOf } from './run-model.ts';
import { openRun, startAndOpen } from './run-store.ts';
import { Blocks } from './runbook-document.tsx';
import { ActionShown } from './step-action.tsx';
import { useRunbookText } from './runbook-text.ts';
import { visibleText } from '../../kit/visible-text.ts';
import { useWriteBlock } from '../../room/write-block.ts';

const NO_COMMANDS = [] as const;

/** A runbook of the library as one document, with the way to start it. */
export function RunbookPreview(props: { readonly row: RunbookRow }) {
  const t = useText();
  const { row } = props;
  const text = useRunbookText(row.held ? row.digest : null);
  const block = useWriteBlock();
  const alert = useServedAlert(row);
  const incident = useIncidentForRun();
  const runs = useRowList('runs');
  const running = runs.find((run) => run.runbook === row.id && run.status === 'running');
  const lastRun = useMemo(() => lastRunOf(runs, row.id), [runs, row.id]);
  const [draft] = useDraft(editField(row.fileName));
  const hasDraft = readEdited(draft)?.isChanged === true;
  const [isRetiring, setRetiring] = useState(false);
  const source = text.state === 'held' ? text.text.text : null;
  useCommands([
    {
      id: 'runbook.edit',
      group: 'runbooks',
      titleKey: 'editor.edit',
      shortcut: 'Alt+E',
      isEnabled: () => row.held,
      run: () => void editRunbook(row),
    },
    {
      id: 'runbook.save',
      group: 'runbooks',
      titleKey: 'runbooks.save',
      isEnabled: () => source !== null,
      run: () => void saveRunbook(row, source),
    },
    {
      id: 'runbook.retire',
      group: 'runbooks',
      titleKey: 'runbooks.retire',
      isEnabled: () => row.origin === 'room' && block === null,
      run: () => setRetiring(true),
    },
  ]);
  const runbook = text.state === 'held' ? text.text.runbook : null;
  return (
    <article className={styles['preview']} data-testid="runbook-preview" data-runbook-id={row.id}>
      <header className={styles['previewHead']}>
        <div className={styles['previewTitle']}>
          <h3 dir="auto">{visibleText(row.title)}</h3>
          <p className={styles['previewMeta']}>
            <Badge>{t(`runbooks.origin.${row.origin}`)}</Badge>
            {row.version === null ? null : (
              <span>{t('runbooks.version', { version: visibleText(row.version) })}</span>
            )}
            <span>
              {row.lastRehearsed === null
                ? t('runbooks.rehearsed.never')
                : t('runbooks.rehearsed', { date: row.lastRehearsed })}
            </span>
            <span>
              {t('runbooks.asOf')} <Age moment={row.asOf} />
            </span>
            {row.writtenBy === null ? null : (
              <span data-testid="runbook-written-by">
                {t('runbooks.writtenBy', { name: visibleText(row.writtenBy) })}
                {row.comment === null ? null : <bdi> — {visibleText(row.comment)}</bdi>}
              </span>
            )}
            <span>
              {lastRun === null ? (
                t('runbooks.lastRun.none')
              ) : (
                <>
                  {t('runbooks.lastRun')} <Age moment={lastRun.endedAt ?? lastRun.startedAt} />
                </>
              )}
            </span>
          </p>
        </div>
        <div className={styles['startBox']}>
          <div className={styles['startRow']}>
            <Button
              icon="note"
              isDisabled={!row.held}
              onPress={() => void editRunbook(row)}
              testId="runbook-edit"
            >
              {t(hasDraft ? 'editor.continue' : 'editor.edit')}
            </Button>
            <Menu
              label={t('runbooks.more')}
              trigger={<IconButton icon="more" label={t('runbooks.more')} testId="runbook-more" />}
              entries={[
                {
                  id: 'save',
                  label: t('runbooks.save'),
                  icon: 'file',
                  isDisabled: source === null,
                  run: () => void saveRunbook(row, source),
                },
                ...(row.origin === 'room'
                  ? [
                      {
                        id: 'retire',
                        label: t('runbooks.retire'),
                        icon: 'close' as const,
                        isDisabled: block !== null,
                        run: () => setRetiring(true),
                      },
                    ]
                  : []),
              ]}
            />
          </div>
          <Button
            look="primary"
            size="l"
            icon="play"
            isDisabled={block !== null || !row.held}
            onPress={() => void startAndOpen(row, alert)}
            testId="start-run"
          >
            {t('runbooks.start')}
          </Button>
          <span className={styles['faint']}>
            {block
              ? t(`run.blocked.${block}`)
              : incident
                ? t('runbooks.start.for', { incident: `${incident.severity} ${incident.title}` })
                : t('runbooks.start.alone')}
          </span>
        </div>
      </header>
      <div className={styles['previewBody']} role="region" aria-label={row.title}>
        {running ? (
          <Banner
            tone="info"
            title={t('runbooks.running')}
            actions={
              <Button size="s" onPress={() => openRun(running.key)}>
                {t('runbooks.running.open')}
              </Button>
            }
          />
        ) : null}
        {row.apart.length > 0 ? <Apart row={row} /> : null}
        {!row.held || text.state === 'missing' ? (
          <EmptyState
            icon="file"
            title={t('runbooks.notHeld.title')}
            why={t('runbooks.notHeld.why')}
          />
        ) : null}
        {row.held && text.state === 'reading' ? <Spinner label={t('runbooks.reading')} /> : null}
        {text.state === 'held' && text.text.problems.length > 0 ? (
          <details className={styles['problems']}>
            <summary>
              <Icon name="warning" size="s" />{' '}
              {t('runbooks.problems', { count: text.text.problems.length })}
            </summary>
            <ul>
              {text.text.problems.map((problem, index) => (
                <li key={index}>
                  {t('runbooks.problem', {
                    line: problem.line,
                    message: visibleText(problem.message),
                  })}
                </li>
              ))}
            </ul>
          </details>
        ) : null}
        <dl className={styles['fields']}>
          <Field name={t('runbooks.file')}>{visibleText(row.fileName)}</Field>
          {row.alerts.length > 0 ? (
            <Field name={t('runbooks.serves')}>{visibleText(row.alerts.join(', '))}</Field>
          ) : null}
          {row.services.length > 0 ? (
            <Field name={t('runbooks.services')}>{visibleText(row.services.join(', '))}</Field>
          ) : null}
        </dl>
        {runbook ? <RunbookDocument runbook={runbook} /> : null}
      </div>
      {isRetiring ? <RetireDialog row={row} onClose={() => setRetiring(false)} /> : null}
    </article>
  );
}

/** Texts that others wrote without knowing of this one: a person joins them. */
function Apart(props: { readonly row: RunbookRow }) {
  const t = useText();
  const { row } = props;
  return (
    <Banner tone="warning" title={t('runbooks.apart.title')}>
      {t('runbooks.apart.why')}
      <ul>
        {row.apart.map(({ digest, by, at }) => (
          <li key={digest} data-testid="runbook-apart">
            <bdi>{visibleText(by)}</bdi> <Time moment={at} />{' '}
            <Button
              size="s"
              onPress={() => {
                void core
                  .ask('runbook.read', { digest })
                  .then(({ text }) => {
                    if (text !== null) {
                      editText({ fileName: row.fileName, text, replaces: row.replaces });
                    }
                  })
                  .catch(() => {
                    // The core is away for a moment; the person presses again.
                  });
              }}
            >
              {t('runbooks.apart.open')}
            </Button>
          </li>
        ))}
      </ul>
    </Banner>
  );
}

async function saveRunbook(row: RunbookRow, source: string | null): Promise<void> {
  if (source === null) return;
  const name = runbookBaseName(row.fileName).slice(0, 100) || 'runbook';
  const answer = await shell('shell.save-text', { name, kind: 'md', text: source }).catch(
    (error: unknown) => ({ saved: false, path: undefined, error: String(error) }),
  );
  if (answer.saved) {
    showToast({ tone: 'success', title: translate('runbooks.saved'), body: answer.path ?? '' });
  } else if (answer.error !== undefined) {
    showToast({ tone: 'warning', title: translate('runbooks.notSaved'), body: answer.error });
  }
}

/** A runbook as a document: what its steps are, ask, expect and lead to. */
export function RunbookDocument(props: { readonly runbook: Runbook }) {
  const t = useText();
  const { runbook } = props;
  return (
    <div className={styles['document']}>
      {runbook.roles.length > 0 || runbook.severity !== undefined ? (
        <p className={styles['faint']}>
          {runbook.severity === undefined
            ? null
            : `${t('runbooks.severity', { severity: visibleText(runbook.severity) })}  `}
          {runbook.roles.length > 0
            ? t('runbooks.roles', { roles: visibleText(runbook.roles.join(', ')) })
            : null}
        </p>
      ) : null}
      <Blocks blocks={runbook.intro} commands={NO_COMMANDS} isIntro />
      <ol className={styles['documentSteps']}>
        {runbook.steps.map((step, index) => (
          <DocumentStep key={step.id} runbook={runbook} step={step} index={index} />
        ))}
      </ol>
    </div>
  );
}

function DocumentStep(props: {
  readonly runbook: Runbook;
  readonly step: RunbookStep;
  readonly index: number;
}) {
  const t = useText();
  const { step, runbook, index } = props;
  return (
    <li className={styles['documentStep']}>
      <h4 className={styles['documentTitle']} dir="auto">
        <span className={styles['number']}>{index + 1}</span>
        <span>{visibleText(step.title)}</span>
        <span className={styles['kind']}>{t(`step.kind.${step.kind}`)}</span>
      </h4>
      <Blocks blocks={step.body} commands={step.commands} />
      {step.action ? <ActionShown action={step.action} /> : null}
      {step.approve === undefined ? null : (
        <p className={styles['aside']} dir="auto">
          <strong>{t('step.approve.who')}</strong> {visibleText(step.approve)}
        </p>
      )}
      {step.record === undefined ? null : (
        <p className={styles['aside']} dir="auto">
          <strong>{t('step.record')}</strong> {visibleText(step.record, true)}
        </p>
      )}
      {step.waitMs === undefined ? null : (
        <p className={styles['aside']}>
          {t('step.wait.planned', { time: formatSpan(step.waitMs, t) })}
        </p>
      )}
      {step.expect === undefined ? null : (
        <p className={styles['aside']} dir="auto">
          <strong>{t('step.expected')}</strong> {visibleText(step.expect, true)}
        </p>
      )}
      {step.ask ? (
        <div className={styles['aside']}>
          <p dir="auto">
            <strong>{visibleText(step.ask.question)}</strong>{' '}
            {step.ask.form === undefined ? null : (
              <span className={styles['faint']}>{t(`step.form.${step.ask.form}`)}</span>
            )}
          </p>
          <ul>
            {step.ask.answers.map((answer) => {
              const target = targetOf(runbook.steps, index, answer.goTo);
              return (
                <li key={answer.answer} dir="auto">
                  {visibleText(answer.answer)}{' '}
                  <span className={styles['faint']}>
                    {target
                      ? t('step.answer.leads', { title: visibleText(target.title) })
                      : t('step.answer.end')}
                  </span>
                </li>
              );
            })}
          </ul>
        </div>
      ) : null}
    </li>
  );
}

function Field(props: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>{props.name}</dt>
      <dd>
        <bdi>{props.children}</bdi>
      </dd>
    </>
  );
}

/** The selected alert, when the runbook says that it serves it. */
function useServedAlert(row: RunbookRow): string | null {
  const { thing } = useSelection();
  const alert = useRowList('alerts').find((known) => known.key === thing);
  return alert && row.alerts.includes(alert.name) ? alert.key : null;
}

function useIncidentForRun() {
  const incidents = useRowList('incidents');
  return incidentForRun(incidents, useIncidentChoice()?.key ?? null);
}

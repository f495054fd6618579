import type { ReactNode } from 'react';
import type { RunbookRow } from '../../../shared/ipc/rows.ts';
import type { Runbook, RunbookStep } from '../../../shared/runbooks/format.ts';
import { incidentForRun, useIncidentChoice } from '../../room/chosen-incident.ts';
import { useText } from '../../i18n/text.ts';
import { Badge } from '../../kit/badge.tsx';
import { Banner } from '../../kit/banner.tsx';
import { Button } from '../../kit/button.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { formatSpan } from '../../kit/format.ts';
import { Icon } from '../../kit/icons.tsx';
import { Spinner } from '../../kit/spinner.tsx';
import { Age } from '../../kit/time.tsx';
import { useRowList } from '../../room/rows.ts';
import { useSelection } from '../../room/selection.ts';
import styles from './library.module.css';
import { targetOf } from './run-model.ts';
import { openRun, startRun } from './run-store.ts';
import { Blocks } from './runbook-document.tsx';
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
  const running = useRowList('runs').find(
    (run) => run.runbook === row.id && run.status === 'running',
  );
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
          </p>
        </div>
        <div className={styles['startBox']}>
          <Button
            look="primary"
            size="l"
            icon="play"
            isDisabled={block !== null || !row.held}
            onPress={() => void startRun(row, alert)}
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
        {runbook ? <Document runbook={runbook} /> : null}
      </div>
    </article>
  );
}

function Document(props: { readonly runbook: Runbook }) {
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
            <strong>{visibleText(step.ask.question)}</strong>
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

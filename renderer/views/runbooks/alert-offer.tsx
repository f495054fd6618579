import type { RunbookRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { Badge } from '../../kit/badge.tsx';
import { Button } from '../../kit/button.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { SeverityMark } from '../../kit/marks.tsx';
import { Spinner } from '../../kit/spinner.tsx';
import { offerReason, useOfferedRunbooks } from '../../room/offered-runbooks.ts';
import { goTo } from '../../room/navigation.ts';
import { useRow, useRowList } from '../../room/rows.ts';
import styles from './library.module.css';
import { closeOffer, openRun, openRunbook, startAndOpen } from './run-store.ts';
import { visibleText } from '../../kit/visible-text.ts';
import { useWriteBlock } from '../../room/write-block.ts';

/** The runbooks that serve an alert, best first, each with the reason in words. */
export function AlertOffer(props: { readonly alert: string }) {
  const t = useText();
  const alert = useRow('alerts', props.alert);
  const offered = useOfferedRunbooks('alert', props.alert);
  const block = useWriteBlock();
  const running = useRowList('runs').find(
    (run) => run.alert === props.alert && run.status === 'running',
  );
  const look = (row: RunbookRow): void => {
    goTo('runbooks');
    openRunbook(row.key);
  };
  return (
    <section
      role="presentation"
      className={styles['offer']}
      data-testid="runbook-offer"
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          closeOffer();
        }
      }}
    >
      <header className={styles['offerHead']}>
        {alert ? <SeverityMark severity={alert.severity} isWordHidden /> : null}
        <h3 className={styles['offerTitle']}>
          {alert
            ? t('offer.title', {
                alert: visibleText(
                  alert.service === null ? alert.name : `${alert.name} · ${alert.service}`,
                ),
              })
            : t('offer.gone')}
        </h3>
        <Button size="s" look="quiet" onPress={closeOffer}>
          {t('offer.close')}
        </Button>
      </header>
      {running ? (
        <p className={styles['offerRunning']}>
          {t('offer.running')}{' '}
          <Button size="s" onPress={() => openRun(running.key)}>
            {t('runbooks.running.open')}
          </Button>
        </p>
      ) : null}
      {offered === null ? <Spinner label={t('offer.reading')} /> : null}
      {offered?.length === 0 ? (
        <EmptyState
          icon="runbooks"
          title={t('offer.none.title')}
          why={t('offer.none.why')}
          actions={
            <Button
              onPress={() => {
                closeOffer();
                goTo('runbooks');
              }}
            >
              {t('offer.library')}
            </Button>
          }
        />
      ) : null}
      <ul>
        {offered?.map(({ row, reason }, place) => (
          <li
            key={row.key}
            className={styles['offered']}
            data-testid="runbook-offered"
            data-runbook-id={row.id}
          >
            <div className={styles['offeredText']}>
              <button type="button" className={styles['offeredTitle']} onClick={() => look(row)}>
                <bdi>{visibleText(row.title)}</bdi>
              </button>
              <p className={styles['faint']}>
                {place === 0 ? <strong>{t('offer.best')}: </strong> : null}
                {offerReason(reason)} · {t(`runbooks.origin.${row.origin}`)} ·{' '}
                {row.lastRehearsed === null
                  ? t('runbooks.rehearsed.never')
                  : t('runbooks.rehearsed', { date: row.lastRehearsed })}
              </p>
            </div>
            {row.held ? (
              <Button
                look={place === 0 ? 'primary' : 'normal'}
                icon="play"
                autoFocus={place === 0}
                isDisabled={block !== null}
                onPress={() => void startAndOpen(row, props.alert)}
                testId="start-run"
              >
                {t('runbooks.start')}
              </Button>
            ) : (
              <Badge isDashed>{t('runbooks.notHeld')}</Badge>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

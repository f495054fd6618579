import { useText } from '../../i18n/text.ts';
import { Badge } from '../../kit/badge.tsx';
import { Button } from '../../kit/button.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { Panel } from '../../kit/panel.tsx';
import { Age } from '../../kit/time.tsx';
import { useNow } from '../../room/now.ts';
import { useRowList } from '../../room/rows.ts';
import { openDeskForm } from './desk-store.ts';
import styles from './desk.module.css';
import { countsOf } from './size-up-form.tsx';
import { ScrollArea } from './scroll-area.tsx';
import { readSizeUp } from './size-up-suggestion.ts';
import { spansOf, WIDEST_SPAN } from './span-of-control.ts';
import type { Desk } from './use-desk.ts';

/** The size-up: what is seen, how far it reaches, where it goes. Beside it what the alerts say. */
export function SituationPanel(props: { readonly desk: Desk; readonly isBlocked: boolean }) {
  const t = useText();
  const now = useNow();
  const { desk, isBlocked } = props;
  const { incident } = desk.rows;
  const alerts = useRowList('alerts');
  const reading = readSizeUp(incident, alerts, now);
  const { sizeUp } = incident;
  return (
    <Panel
      title={t('desk.sizeUp')}
      testId="desk-size-up"
      isScrolled={false}
      summary={sizeUp === null ? null : <Age moment={sizeUp.at} />}
      toolbar={
        <Button
          size="s"
          shortcut="Shift+U"
          isDisabled={isBlocked}
          onPress={() => openDeskForm({ name: 'size-up', thing: incident.key })}
          testId="desk-size-up-open"
        >
          {t(sizeUp === null ? 'desk.sizeUp.first' : 'desk.sizeUp.again')}
        </Button>
      }
    >
      <ScrollArea label={t('desk.sizeUp')}>
        <dl className={styles['card']}>
          <dt>{t('desk.sizeUp.trend')}</dt>
          <dd>
            {sizeUp === null ? (
              <span className={styles['faint']}>{t('desk.sizeUp.none')}</span>
            ) : (
              <strong className={styles[`trend-${sizeUp.trend}`]}>
                {t(`entry.trend.${sizeUp.trend}`)}
              </strong>
            )}
          </dd>
          {sizeUp === null ? null : (
            <>
              <dt>{t('desk.sizeUp.symptoms')}</dt>
              <dd>
                <ForeignText text={sizeUp.symptoms} keepLines className={styles['long']} />
              </dd>
              {sizeUp.scope === '' ? null : (
                <>
                  <dt>{t('desk.sizeUp.scope')}</dt>
                  <dd>
                    <ForeignText text={sizeUp.scope} keepLines className={styles['long']} />
                  </dd>
                </>
              )}
            </>
          )}
          <dt>{t('desk.sizeUp.alerts')}</dt>
          <dd>
            {sizeUp !== null && sizeUp.trend !== reading.trend && reading.trend !== 'unknown' ? (
              <Badge tone="warning">
                {t('desk.sizeUp.differs', { trend: t(`entry.trend.${reading.trend}`) })}
              </Badge>
            ) : null}{' '}
            {countsOf(reading, t)}
          </dd>
        </dl>
      </ScrollArea>
    </Panel>
  );
}

/** Who reports to whom, and where that is too many to lead. */
export function SpanPanel(props: { readonly desk: Desk; readonly isBlocked: boolean }) {
  const t = useText();
  const { desk, isBlocked } = props;
  const { incident, tasks } = desk.rows;
  const spans = spansOf(incident, tasks);
  return (
    <Panel
      title={t('desk.span')}
      testId="desk-span"
      isScrolled={false}
      toolbar={
        <Button
          size="s"
          icon="plus"
          shortcut="Shift+T"
          isDisabled={isBlocked}
          onPress={() => openDeskForm({ name: 'team', thing: incident.key })}
          testId="desk-team-new"
        >
          {t('desk.span.form')}
        </Button>
      }
    >
      <ScrollArea label={t('desk.span')}>
        <ul className={styles['spans']} aria-label={t('desk.span')}>
          {spans.map(({ lead, team, people, isTooWide }) => (
            <li key={team ?? ''} className={styles['span']} data-testid="desk-span-row">
              <span className={isTooWide ? styles['countLate'] : styles['count']}>
                {people.length}
              </span>
              <span className={styles['spanWords']}>
                <ForeignText className={styles['person']} text={lead} />{' '}
                {team === null ? (
                  <span className={styles['faint']}>{t('desk.span.commander')}</span>
                ) : (
                  <ForeignText className={styles['teamName']} text={team} />
                )}
                {isTooWide ? (
                  <Badge tone="warning">{t('desk.span.tooWide', { count: WIDEST_SPAN })}</Badge>
                ) : null}
                {people.length > 0 ? (
                  <ForeignText className={styles['names']} text={people.join(', ')} />
                ) : null}
              </span>
            </li>
          ))}
        </ul>
      </ScrollArea>
    </Panel>
  );
}

/** What the end of the call left. */
export function SignOffPanel(props: { readonly desk: Desk; readonly isBlocked: boolean }) {
  const t = useText();
  const { desk, isBlocked } = props;
  const { incident } = desk.rows;
  const { signedOff } = incident;
  const isTooEarly = incident.phase === 'triage' || incident.phase === 'active';
  return (
    <Panel
      title={t('desk.signOff')}
      testId="desk-sign-off"
      isScrolled={false}
      summary={signedOff === null ? null : <Age moment={signedOff.at} />}
      toolbar={
        <Button
          size="s"
          shortcut="Shift+Q"
          isDisabled={isBlocked || isTooEarly}
          onPress={() => openDeskForm({ name: 'sign-off', thing: incident.key })}
          testId="desk-sign-off-open"
        >
          {t('desk.signOff.do')}
        </Button>
      }
    >
      <ScrollArea label={t('desk.signOff')}>
        {signedOff === null ? (
          <p className={styles['none']}>
            {t(isTooEarly ? 'desk.signOff.early' : 'desk.signOff.none')}
          </p>
        ) : (
          <dl className={styles['card']}>
            {(['remaining', 'watch', 'next'] as const).map((field) =>
              signedOff[field] === '' ? null : (
                <div key={field} className={styles['cardPair']}>
                  <dt>{t(`desk.signOff.${field}`)}</dt>
                  <dd>
                    <ForeignText text={signedOff[field]} keepLines className={styles['long']} />
                  </dd>
                </div>
              ),
            )}
          </dl>
        )}
      </ScrollArea>
    </Panel>
  );
}

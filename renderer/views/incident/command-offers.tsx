import { useEffect, useRef } from 'react';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { isOpenOffer, type CommandOffer } from '../../../shared/projections/incident.ts';
import { useCommands } from '../../commands/registry.ts';
import { text, useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { Icon } from '../../kit/icons.tsx';
import { showToast } from '../../kit/toast-store.ts';
import { Age } from '../../kit/time.tsx';
import { IncidentSeverityMark } from '../../kit/marks.tsx';
import { goLive } from '../../room/position.ts';
import { useLiveRowList, useStatus } from '../../room/rows.ts';
import { useSession } from '../../room/session.ts';
import { openForm } from './incident-store.ts';
import styles from './incident.module.css';

interface Asked {
  readonly incident: IncidentRow;
  readonly offer: CommandOffer;
}

/**
 * "Do you wish to take command?", above every view and also while the past is under review: the
 * question is about now.
 */
export function CommandOffers() {
  const t = useText();
  const person = useSession()?.person ?? '';
  const isFile = useStatus()?.room === 'bundle';
  const incidents = useLiveRowList('incidents');
  const asked = isFile ? [] : offersTo(incidents, person);
  useAnswersToOwn(incidents, person);
  const answer = (one: Asked | undefined): void => {
    if (one === undefined) return;
    goLive();
    openForm('answer', one.incident.key, one.offer.offer);
  };
  useCommands([
    {
      id: 'incident.answer-offer',
      group: 'incident',
      titleKey: 'incident.command.answer',
      shortcut: 'Ctrl+Shift+H',
      isEnabled: () => asked.length > 0,
      run: () => answer(asked[0]),
    },
  ]);
  return asked.map((one, index) => (
    <div
      key={one.offer.offer}
      className={styles['offerBar']}
      role="alert"
      data-testid="command-offer"
    >
      <Icon name="person" />
      <strong>{t('incident.offer.question')}</strong>
      <IncidentSeverityMark severity={one.incident.severity} />
      <bdi className={styles['offerTitle']} title={one.incident.title}>
        {one.incident.title}
      </bdi>
      <span className={styles['faint']}>
        {t('incident.offer.by', { name: one.offer.by })} ·{' '}
        <Age moment={one.offer.at} clock="wall" />
      </span>
      <Button
        look="primary"
        size="s"
        {...(index === 0 ? { shortcut: 'Ctrl+Shift+H' } : {})}
        onPress={() => answer(one)}
        testId="command-offer-open"
      >
        {t('incident.offer.open')}
      </Button>
    </div>
  ));
}

/** Offers that wait for this person, the worst incident's first as they come. */
function offersTo(incidents: readonly IncidentRow[], person: string): readonly Asked[] {
  return incidents
    .filter(({ status }) => status === 'active')
    .flatMap((incident) => {
      const offer = incident.offers.findLast(
        (candidate) => candidate.to === person && isOpenOffer(candidate, incident),
      );
      return offer === undefined ? [] : [{ incident, offer }];
    })
    .sort((left, right) => left.incident.severity.localeCompare(right.incident.severity));
}

/** Tells the person who offered command what the other one answered. */
function useAnswersToOwn(incidents: readonly IncidentRow[], person: string): void {
  const waiting = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const now = new Set<string>();
    for (const { offers } of incidents) {
      for (const offer of offers) {
        if (offer.by !== person) continue;
        if (offer.answer === 'waiting') now.add(offer.offer);
        else if (waiting.current.has(offer.offer)) {
          const hasAccepted = offer.answer === 'accepted';
          showToast({
            tone: hasAccepted ? 'success' : 'warning',
            title: text(hasAccepted ? 'incident.offer.accepted' : 'incident.offer.declined', {
              name: offer.to,
            }),
            ...(offer.reason === '' ? {} : { body: offer.reason }),
          });
        }
      }
    }
    waiting.current = now;
  }, [incidents, person]);
}

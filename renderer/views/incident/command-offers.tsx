import { useEffect, useRef } from 'react';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { isOpenOffer, type CommandOffer } from '../../../shared/projections/incident.ts';
import { useCommands } from '../../commands/registry.ts';
import { text, useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
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
  useAnnouncements(incidents, person);
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
      <ForeignText text={one.incident.title} className={styles['offerTitle']} />
      <span className={styles['faint']}>
        <ForeignText text={t('incident.offer.by', { name: one.offer.by })} /> ·{' '}
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

/**
 * Announces on every desk who commands now, and tells whoever offered command that it was declined.
 * What stands when the room opens is no news.
 */
function useAnnouncements(incidents: readonly IncidentRow[], person: string): void {
  const known = useRef<ReadonlyMap<string, Known>>(new Map());
  useEffect(() => {
    for (const incident of incidents) {
      const before = known.current.get(incident.key);
      if (before === undefined || incident.status !== 'active') continue;
      if (incident.claims.length === 0 && incident.commander !== before.commander) {
        showToast({
          tone: 'info',
          title: text('incident.commands', { name: incident.commander }),
          body: incident.title,
        });
      }
      const declined = incident.offers.find(
        ({ offer, by, answer }) =>
          by === person && answer === 'declined' && before.waiting.has(offer),
      );
      // Whoever took the offer back knows it.
      if (declined !== undefined && declined.answeredBy !== person) {
        showToast({
          tone: 'warning',
          title: text('incident.offer.declined', { name: declined.to }),
          ...(declined.reason === '' ? {} : { body: declined.reason }),
        });
      }
    }
    known.current = new Map(
      incidents.map(({ key, commander, offers }) => [
        key,
        {
          commander,
          waiting: new Set(
            offers.filter(({ answer }) => answer === 'waiting').map(({ offer }) => offer),
          ),
        },
      ]),
    );
  }, [incidents, person]);
}

interface Known {
  readonly commander: string;
  /** Offers that nobody had answered. */
  readonly waiting: ReadonlySet<string>;
}

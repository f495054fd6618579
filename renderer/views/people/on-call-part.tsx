import type { Shift } from '../../../shared/facts/contacts.ts';
import { nameKey, type OnCall, type Reach } from '../../../shared/people/directory.ts';
import { useText } from '../../i18n/text.ts';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { formatMoment } from '../../kit/format.ts';
import { Panel } from '../../kit/panel.tsx';
import { useAge } from '../../kit/time.tsx';
import styles from './people.module.css';
import { ReachLines } from './reach-lines.tsx';

/** Team by team: who is on call now and until when, and who comes next. */
export function OnCallPart(props: {
  readonly onCall: readonly OnCall[];
  readonly reachOf: ReadonlyMap<string, Reach>;
  readonly now: number;
}) {
  const t = useText();
  return (
    <Panel
      title={t('people.onCall.title')}
      isPadded
      className={styles['part'] ?? ''}
      testId="on-call"
    >
      {props.onCall.length === 0 ? (
        <p className={styles['soft']}>{t('people.onCall.none')}</p>
      ) : (
        <ul className={styles['list']}>
          {props.onCall.map((team) => (
            <li key={team.team} className={styles['entry']} data-testid="on-call-team">
              <OneTeam {...props} team={team} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function OneTeam(props: {
  readonly team: OnCall;
  readonly reachOf: ReadonlyMap<string, Reach>;
  readonly now: number;
}) {
  const t = useText();
  const { team, now } = props;
  const age = useAge(team.importedAt);
  const overAge = useAge(team.knownUntil);
  const isOver = team.knownUntil <= now;
  return (
    <>
      <p className={styles['line']}>
        <ForeignText text={team.team || t('people.call.noTeam')} className={styles['team']} />
        <span className={styles['soft']}>{t('people.imported', { age })}</span>
      </p>
      {isOver ? (
        <p className={styles['warn']}>{t('people.onCall.over', { age: overAge })}</p>
      ) : team.now.length === 0 ? (
        <p className={styles['warn']}>{t('people.onCall.nobody')}</p>
      ) : (
        team.now.map((shift) => (
          <div key={shift.person}>
            <ShiftLine
              shift={shift}
              text={
                team.until === null
                  ? t('people.onCall.nowOpen')
                  : t('people.onCall.now', { time: formatMoment(team.until, now) })
              }
            />
            <ReachLines reach={props.reachOf.get(nameKey(shift.person)) ?? null} />
          </div>
        ))
      )}
      {isOver ? null : team.until === null ? (
        <p className={styles['soft']}>
          {t('people.onCall.noNext', { time: formatMoment(team.knownUntil, now) })}
        </p>
      ) : team.next.length === 0 ? (
        <p className={styles['warn']}>
          {t('people.onCall.gap', { time: formatMoment(team.until, now) })}
        </p>
      ) : (
        team.next.map((shift) => (
          <ShiftLine
            key={shift.person}
            shift={shift}
            text={t('people.onCall.next', { time: formatMoment(team.until ?? now, now) })}
          />
        ))
      )}
    </>
  );
}

function ShiftLine(props: { readonly shift: Shift; readonly text: string }) {
  return (
    <p className={styles['line']}>
      <ForeignText text={props.shift.person} className={styles['name']} />
      <span className={styles['soft']}>{props.text}</span>
    </p>
  );
}

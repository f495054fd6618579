import { useState } from 'react';
import {
  durationsTo,
  recurringServices,
  runbooksUsed,
  type Distribution,
  type Recurring,
} from '../../../shared/post-mortem/across.ts';
import { LIMITED_POINTS, type LimitedPoint } from '../../../shared/incident/clock.ts';
import { useText } from '../../i18n/text.ts';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { formatClock } from '../../kit/format.ts';
import { IncidentSeverityMark } from '../../kit/marks.tsx';
import { Panel } from '../../kit/panel.tsx';
import { Select } from '../../kit/select.tsx';
import { useRowList } from '../../room/rows.ts';
import styles from './post-mortem.module.css';

/** What incidents have in common: how long they took, which services and runbooks come back. */
export function AcrossPart() {
  const t = useText();
  const incidents = useRowList('incidents').filter(
    ({ phase }) => phase !== 'duplicate' && phase !== 'cancelled',
  );
  const clocks = useRowList('clocks');
  const runs = useRowList('runs');
  const [point, setPoint] = useState<LimitedPoint>('recovered');
  const distributions = durationsTo(point, incidents, clocks);
  const most = Math.max(1, ...distributions.flatMap(({ values }) => values.map(({ ms }) => ms)));
  return (
    <div className={styles['across']}>
      <Panel
        title={t('postmortem.tab.across')}
        isPadded
        testId="pm-across"
        toolbar={
          <Select
            label={t('postmortem.across.point')}
            isLabelHidden
            size="s"
            value={point}
            options={LIMITED_POINTS.map((value) => ({
              value,
              label: `${t('postmortem.across.point')} ${t(`entry.point.${value}`)}`,
            }))}
            onChange={setPoint}
          />
        }
      >
        {distributions.length === 0 ? (
          <p className={styles['soft']}>{t('postmortem.across.none')}</p>
        ) : (
          <>
            <table className={styles['table']}>
              <thead>
                <tr>
                  <th scope="col">{t('postmortem.across.severity')}</th>
                  <th scope="col">{t('postmortem.across.each')}</th>
                  {(['n', 'least', 'q1', 'median', 'q3', 'most'] as const).map((name) => (
                    <th key={name} scope="col" className={styles['number']}>
                      {t(`postmortem.across.${name}`)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {distributions.map((distribution) => (
                  <DistributionRow
                    key={distribution.severity}
                    distribution={distribution}
                    most={most}
                  />
                ))}
              </tbody>
            </table>
            <p className={styles['soft']}>{t('postmortem.across.few')}</p>
          </>
        )}
      </Panel>
      <Panel title={t('postmortem.across.recurring')} isPadded>
        <RecurringList
          list={recurringServices(incidents)}
          none={t('postmortem.across.recurring.none')}
        />
      </Panel>
      <Panel title={t('postmortem.across.runbooks')} isPadded>
        <RecurringList
          list={runbooksUsed(incidents, runs)}
          none={t('postmortem.across.runbooks.none')}
        />
      </Panel>
    </div>
  );
}

function DistributionRow(props: { readonly distribution: Distribution; readonly most: number }) {
  const { severity, values, n, quartiles } = props.distribution;
  const place = (ms: number): number => 2 + (ms / props.most) * 196;
  const first = values[0]?.ms ?? 0;
  const last = values.at(-1)?.ms ?? 0;
  return (
    <tr data-testid="pm-distribution">
      <th scope="row">
        <IncidentSeverityMark severity={severity} />
      </th>
      <td>
        <svg viewBox="0 0 200 16" className={styles['strip']} aria-hidden="true">
          {quartiles === null ? null : (
            <>
              <rect
                x={place(quartiles.q1)}
                y="3"
                width={Math.max(1, place(quartiles.q3) - place(quartiles.q1))}
                height="10"
                className={styles['box']}
              />
              <rect
                x={place(quartiles.median)}
                y="1"
                width="1.5"
                height="14"
                className={styles['median']}
              />
            </>
          )}
          {values.map(({ ms, incident, isFromEffect }) => (
            <circle
              key={incident}
              cx={place(ms)}
              cy="8"
              r="2"
              className={styles[isFromEffect ? 'dot' : 'hollow']}
            />
          ))}
        </svg>
      </td>
      <td className={styles['number']}>{n}</td>
      <td className={styles['number']}>{formatClock(first)}</td>
      {(['q1', 'median', 'q3'] as const).map((name) => (
        <td key={name} className={styles['number']}>
          {quartiles === null ? '–' : formatClock(quartiles[name])}
        </td>
      ))}
      <td className={styles['number']}>{formatClock(last)}</td>
    </tr>
  );
}

function RecurringList(props: { readonly list: readonly Recurring[]; readonly none: string }) {
  const t = useText();
  if (props.list.length === 0) return <p className={styles['soft']}>{props.none}</p>;
  return (
    <ul className={styles['list']}>
      {props.list.slice(0, 50).map(({ name, incidents }) => (
        <li key={name}>
          <ForeignText text={name} />{' '}
          <span className={styles['soft']}>
            {t('postmortem.across.times', { count: incidents.length })}
          </span>
        </li>
      ))}
    </ul>
  );
}

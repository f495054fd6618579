import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { IncidentSeverityMark } from '../../kit/marks.tsx';
import { visibleText } from '../../kit/visible-text.ts';
import { chooseIncident } from '../../room/chosen-incident.ts';
import { byUrgency } from '../../room/incident-family.ts';
import { useRowList } from '../../room/rows.ts';
import { closeForm } from './incident-store.ts';
import styles from './incident.module.css';

/** The incidents that this one hangs on, and those that hang on it; nothing where there are none. */
export function Ties(props: { readonly incident: IncidentRow }) {
  const t = useText();
  const { incident } = props;
  const incidents = useRowList('incidents');
  const find = (key: string | null): readonly IncidentRow[] =>
    incidents.filter((row) => row.key === key);
  const groups = [
    { tie: 'parent', rows: find(incident.parent) },
    {
      tie: 'parts',
      rows: byUrgency(incidents.filter(({ parent }) => parent === incident.key)),
    },
    {
      tie: 'splitFrom',
      rows: incident.splitFrom === incident.parent ? [] : find(incident.splitFrom),
    },
    { tie: incident.carries ? 'mergedInto' : 'duplicateOf', rows: find(incident.duplicateOf) },
    {
      tie: 'merged',
      rows: incidents.filter((row) => row.duplicateOf === incident.key && row.carries),
    },
    {
      tie: 'duplicates',
      rows: incidents.filter((row) => row.duplicateOf === incident.key && !row.carries),
    },
  ] as const;
  const shown = groups.filter(({ rows }) => rows.length > 0);
  if (shown.length === 0) return null;
  return (
    <section aria-label={t('incident.ties')} data-testid="incident-ties">
      <h3 className={styles['heading']}>{t('incident.ties')}</h3>
      <dl className={styles['cardFields']}>
        {shown.map(({ tie, rows }) => (
          <div key={tie} className={styles['tie']} data-tie={tie}>
            <dt>{t(`incident.tie.${tie}`)}</dt>
            <dd>
              {rows.map((row) => (
                <button
                  key={row.key}
                  type="button"
                  className={styles['tieButton']}
                  onClick={() => {
                    chooseIncident(row.key);
                    closeForm();
                  }}
                >
                  <IncidentSeverityMark severity={row.severity} />
                  <span className={styles['switchTitle']} title={visibleText(row.title)}>
                    <ForeignText text={row.title} />
                  </span>
                  <span className={styles['tiePhase']}>{t(`entry.phase.${row.phase}`)}</span>
                </button>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

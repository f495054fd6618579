import { ListBox, ListBoxItem } from 'react-aria-components';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { Dialog } from '../../kit/dialog.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { Icon } from '../../kit/icons.tsx';
import { IncidentSeverityMark, SentMark } from '../../kit/marks.tsx';
import { chooseIncident } from '../../room/chosen-incident.ts';
import { treeOf, type TreeLine } from '../../room/incident-family.ts';
import { useNow } from '../../room/now.ts';
import { useRowList } from '../../room/rows.ts';
import { durationOf, formatHours } from './current-incident.ts';
import { closeForm, useIncident } from './incident-store.ts';
import styles from './incident.module.css';

/** All incidents: the open ones with their parts below them, the worst first; then what is over. */
export function Switcher() {
  const t = useText();
  const incidents = useRowList('incidents');
  const current = useIncident();
  const open = treeOf(incidents.filter(({ status }) => status === 'active'));
  const over = incidents
    .filter(({ status }) => status !== 'active')
    .sort((left, right) => right.declaredAt - left.declaredAt);
  const lines: readonly TreeLine<IncidentRow>[] = [
    ...open,
    ...over.map((incident) => ({ incident, depth: 0 })),
  ];
  return (
    <Dialog
      title={t('incident.switch.title')}
      isOpen
      onClose={closeForm}
      size="l"
      testId="incident-switcher"
    >
      {lines.length === 0 ? (
        <p>{t('incident.none')}</p>
      ) : (
        <ListBox
          className={styles['switcher'] ?? ''}
          aria-label={t('incident.switch.title')}
          autoFocus="first"
          onAction={(key) => {
            chooseIncident(String(key));
            closeForm();
          }}
        >
          {lines.map((line) => (
            <Line
              key={line.incident.key}
              line={line}
              isShown={line.incident.key === current?.key}
            />
          ))}
        </ListBox>
      )}
    </Dialog>
  );
}

function Line(props: { readonly line: TreeLine<IncidentRow>; readonly isShown: boolean }) {
  const t = useText();
  const now = useNow();
  const { incident, depth } = props.line;
  const isOver = incident.status !== 'active';
  return (
    <ListBoxItem
      id={incident.key}
      textValue={incident.title}
      className={styles['switchLine'] ?? ''}
      data-testid="switch-incident"
      data-depth={depth}
      data-status={incident.status}
      data-shown={props.isShown}
    >
      <span style={{ paddingInlineStart: `calc(${String(depth)} * var(--space-4))` }}>
        {depth > 0 ? <Icon name="chevron-right" size="s" /> : null}
      </span>
      <IncidentSeverityMark severity={incident.severity} />
      <span className={styles['switchTitle']}>
        <ForeignText text={incident.title} />
      </span>
      {props.isShown ? <span className={styles['faint']}>{t('incident.switch.shown')}</span> : null}
      <span className={isOver ? styles['faint'] : styles['phase']}>
        {t(`entry.phase.${incident.phase}`)}
      </span>
      <span className={incident.claims.length > 0 ? styles['contestedWord'] : styles['switchWho']}>
        {incident.claims.length > 0 ? (
          t('incident.contested')
        ) : (
          <ForeignText text={incident.commander} />
        )}
      </span>
      <span className={styles['switchClock']}>
        {formatHours(durationOf(incident, now).lastedMs)}
      </span>
      <SentMark sent={incident.sent} isWordHidden />
    </ListBoxItem>
  );
}

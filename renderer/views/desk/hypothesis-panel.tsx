import { nodeThing } from '../../../shared/facts/topology.ts';
import type { HypothesisRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { Panel } from '../../kit/panel.tsx';
import { goTo } from '../../room/navigation.ts';
import { useRowMap } from '../../room/rows.ts';
import { revealFact } from '../../room/search.ts';
import { select } from '../../room/selection.ts';
import { DeskRow, type RowAction } from './desk-row.tsx';
import { openDeskForm } from './desk-store.ts';
import styles from './desk.module.css';
import { hypothesesInOrder } from './order.ts';
import { Unsent } from './unsent.tsx';
import type { Desk } from './use-desk.ts';

/** What may have caused it, with what speaks for and against each. */
export function HypothesisPanel(props: { readonly desk: Desk; readonly isBlocked: boolean }) {
  const t = useText();
  const { desk, isBlocked } = props;
  const { incident, hypotheses } = desk.rows;
  return (
    <Panel
      title={t('desk.hypotheses')}
      testId="desk-hypotheses"
      toolbar={
        <Button
          size="s"
          icon="plus"
          shortcut="Shift+Y"
          isDisabled={isBlocked}
          onPress={() => openDeskForm({ name: 'hypothesis', thing: incident.key })}
          testId="desk-hypothesis-new"
        >
          {t('desk.hypotheses.state')}
        </Button>
      }
    >
      {hypotheses.length === 0 ? (
        <p className={styles['none']}>{t('desk.hypotheses.none')}</p>
      ) : null}
      <ul aria-label={t('desk.hypotheses')}>
        {hypothesesInOrder(hypotheses).map((hypothesis) => (
          <HypothesisLine key={hypothesis.key} hypothesis={hypothesis} isBlocked={isBlocked} />
        ))}
      </ul>
    </Panel>
  );
}

function HypothesisLine(props: {
  readonly hypothesis: HypothesisRow;
  readonly isBlocked: boolean;
}) {
  const t = useText();
  const { hypothesis, isBlocked } = props;
  const nodes = useRowMap('nodes');
  const { key, text, service, verdict, evidence, reason } = hypothesis;
  const status = t(`desk.hypothesis.${verdict}`);
  const show: RowAction[] =
    service !== null && nodes.has(nodeThing(service))
      ? [
          {
            id: 'show',
            letter: 'S',
            label: t('desk.hypothesis.do.show'),
            isReading: true,
            run: () => {
              select(nodeThing(service));
              goTo('map');
            },
          },
        ]
      : [];
  return (
    <DeskRow
      testId="desk-hypothesis"
      thing={key}
      tone={verdict === 'rejected' ? 'over' : 'plain'}
      lead={<span className={styles[`verdict-${verdict}`]}>{status}</span>}
      state={status}
      main={
        <>
          {service === null ? null : <ForeignText className={styles['person']} text={service} />}
          <ForeignText className={styles['words']} text={text} />
        </>
      }
      under={
        <>
          <ul className={styles['evidence']} aria-label={t('desk.hypothesis.evidence')}>
            {evidence.map((one) => (
              <li key={one.factId} className={styles['proof']}>
                <span className={styles[one.supports ? 'for' : 'against']}>
                  {t(one.supports ? 'entry.for' : 'entry.against')}
                </span>
                <ForeignText className={styles['words']} text={one.text} />
                {one.cites.map((cited, place) => (
                  <button
                    key={cited}
                    type="button"
                    className={styles['cited']}
                    onClick={() => void revealFact(cited)}
                    data-testid="evidence-cited"
                  >
                    {t('desk.hypothesis.cited', { count: place + 1 })}
                  </button>
                ))}
              </li>
            ))}
            {verdict !== 'open' && reason !== '' ? (
              <li className={styles['proof']}>
                <span className={styles['tag']}>{status}</span>
                <ForeignText className={styles['words']} text={reason} />
              </li>
            ) : null}
          </ul>
          <Unsent sent={hypothesis.sent} />
        </>
      }
      actions={[
        {
          id: 'evidence',
          letter: 'E',
          label: t('desk.hypothesis.do.evidence'),
          run: () => openDeskForm({ name: 'evidence', thing: key }),
        },
        {
          id: 'judge',
          letter: 'V',
          label: t('desk.hypothesis.do.judge'),
          run: () => openDeskForm({ name: 'judge', thing: key }),
        },
        ...show,
      ]}
      isBlocked={isBlocked}
    />
  );
}

import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { openDialog } from '../../room/navigation.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import { DecisionPanel } from './decision-panel.tsx';
import styles from './desk.module.css';
import { HypothesisPanel } from './hypothesis-panel.tsx';
import { NextStrip } from './next-strip.tsx';
import { ReportPanel } from './report-panel.tsx';
import { SignOffPanel, SituationPanel, SpanPanel } from './situation-panel.tsx';
import { TaskPanel } from './task-panel.tsx';
import type { Desk } from './use-desk.ts';

/** The commander's desk: what is to be done next, and everything that is under way, on one screen. */
export function CommandView(props: { readonly desk: Desk }) {
  const { desk } = props;
  const isBlocked = useWriteBlock() !== null;
  return (
    <div className={styles['desk']} data-testid="command-desk">
      <NextStrip desk={desk} isBlocked={isBlocked} />
      <div className={styles['columns']}>
        <div className={styles['column']}>
          <TaskPanel desk={desk} isBlocked={isBlocked} />
          <DecisionPanel desk={desk} isBlocked={isBlocked} />
        </div>
        <div className={styles['column']}>
          <ReportPanel desk={desk} isBlocked={isBlocked} />
          <HypothesisPanel desk={desk} isBlocked={isBlocked} />
        </div>
        <div className={styles['side']}>
          <SituationPanel desk={desk} isBlocked={isBlocked} />
          <SpanPanel desk={desk} isBlocked={isBlocked} />
          <SignOffPanel desk={desk} isBlocked={isBlocked} />
        </div>
      </div>
    </div>
  );
}

/** Nothing is led yet. */
export function NoCommand() {
  const t = useText();
  const block = useWriteBlock();
  return (
    <EmptyState
      title={t('desk.none')}
      why={t('desk.none.why')}
      icon="command"
      actions={
        <Button
          look="primary"
          shortcut="Ctrl+D"
          isDisabled={block !== null}
          onPress={() => openDialog('declare')}
        >
          {t('desk.none.declare')}
        </Button>
      }
    />
  );
}

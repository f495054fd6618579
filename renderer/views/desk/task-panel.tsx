import type { TaskRow } from '../../../shared/ipc/rows.ts';
import { useStore } from 'zustand';
import { useText } from '../../i18n/text.ts';
import { Badge } from '../../kit/badge.tsx';
import { ToggleButton } from '../../kit/button.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { Panel } from '../../kit/panel.tsx';
import { Age, Time } from '../../kit/time.tsx';
import { useNow } from '../../room/now.ts';
import { runCommand } from '../../room/run-command.ts';
import { DeskRow, type RowAction } from './desk-row.tsx';
import { comeBackStore, openDeskForm, showComeBack, type FormName } from './desk-store.ts';
import styles from './desk.module.css';
import { Due, dueTone, dueWords } from './due.tsx';
import { comeBackList, tasksInOrder } from './order.ts';
import { TaskLineField } from './task-line-field.tsx';
import { Unsent } from './unsent.tsx';
import type { Desk } from './use-desk.ts';

const OVER_SHOWN = 20;

/** Who does what until when. What is overdue or not understood is the deputy's list to come back to. */
export function TaskPanel(props: { readonly desk: Desk; readonly isBlocked: boolean }) {
  const t = useText();
  const now = useNow();
  const { desk, isBlocked } = props;
  const tasks = tasksInOrder(desk.rows.tasks);
  const isComeBack = useStore(comeBackStore, (state) => state.isShown);
  const comeBack = comeBackList(tasks, now);
  const open = tasks.filter(({ status }) => status === 'open');
  const over = tasks.filter(({ status }) => status !== 'open');
  const late = open.filter(({ dueAt }) => dueAt <= now).length;
  const unheard = open.filter(({ understoodAt }) => understoodAt === null).length;
  return (
    <Panel
      title={t('desk.tasks')}
      testId="desk-tasks"
      summary={
        <>
          <span>{t('desk.tasks.open', { count: open.length })}</span>
          {late > 0 ? <Badge tone="critical">{t('desk.tasks.late', { count: late })}</Badge> : null}
          {unheard > 0 ? (
            <Badge tone="warning">{t('desk.tasks.unheard', { count: unheard })}</Badge>
          ) : null}
        </>
      }
      toolbar={
        <ToggleButton
          size="s"
          isSelected={isComeBack}
          onChange={showComeBack}
          testId="desk-come-back"
        >
          {t('desk.tasks.comeBack', { count: comeBack.length })}
        </ToggleButton>
      }
    >
      <TaskLineField desk={desk} isBlocked={isBlocked} />
      {tasks.length === 0 ? <p className={styles['none']}>{t('desk.tasks.none')}</p> : null}
      {isComeBack && comeBack.length === 0 ? (
        <p className={styles['none']}>{t('desk.tasks.comeBack.none')}</p>
      ) : null}
      <ul aria-label={t('desk.tasks')}>
        {(isComeBack ? comeBack : [...open, ...over.slice(0, OVER_SHOWN)]).map((task) => (
          <TaskLine key={task.key} task={task} now={now} isBlocked={isBlocked} />
        ))}
      </ul>
    </Panel>
  );
}

function TaskLine(props: {
  readonly task: TaskRow;
  readonly now: number;
  readonly isBlocked: boolean;
}) {
  const t = useText();
  const { task, now, isBlocked } = props;
  const isOpen = task.status === 'open';
  const isHeard = task.understoodAt !== null;
  const word = task.reports.at(-1);
  const ended = t(task.status === 'dropped' ? 'desk.task.dropped' : 'desk.task.done');
  const when = isOpen ? dueWords(task.dueAt, now, t) : ended;
  return (
    <DeskRow
      testId="desk-task"
      thing={task.key}
      tone={isOpen ? dueTone(task.begunAt, task.dueAt, now) : 'over'}
      lead={
        isOpen ? (
          <Due dueAt={task.dueAt} now={now} />
        ) : (
          <span className={styles['state']}>{ended}</span>
        )
      }
      state={when}
      main={
        <>
          <ForeignText className={styles['person']} text={task.person} />
          <ForeignText className={styles['words']} text={task.action} />
        </>
      }
      under={
        <span className={styles['under']}>
          {isOpen && !isHeard ? <Badge tone="warning">{t('desk.task.unheard')}</Badge> : null}
          {isOpen && isHeard ? <span>{t('desk.task.understood')}</span> : null}
          {task.extensions > 0 ? (
            <span>{t('desk.task.extended', { count: task.extensions })}</span>
          ) : null}
          {word && isOpen ? (
            <span className={styles['said']}>
              <Age moment={word.at} /> <ForeignText text={word.text} />
            </span>
          ) : null}
          {!isOpen && task.endedAt !== null ? (
            <span className={styles['said']}>
              <Time moment={task.endedAt} /> <ForeignText text={task.result} />
            </span>
          ) : null}
          <Unsent sent={task.sent} />
        </span>
      }
      actions={isOpen ? actionsOf(task, isHeard) : []}
      isFirstShown
      isBlocked={isBlocked}
    />
  );

  function actionsOf(row: TaskRow, isUnderstood: boolean): readonly RowAction[] {
    const form = (id: FormName, letter: string): RowAction => ({
      id,
      letter,
      label: t(`desk.task.do.${id as 'extend'}`),
      run: () => openDeskForm({ name: id, thing: row.key }),
    });
    const understood: RowAction = {
      id: 'understood',
      letter: 'U',
      label: t('desk.task.do.understood'),
      run: () => void runCommand({ name: 'task.understand', task: row.key, byVoice: true }),
    };
    return [
      ...(isUnderstood ? [] : [understood]),
      form('finish', 'D'),
      form('extend', 'E'),
      form('task-report', 'R'),
      form('reassign', 'G'),
      form('drop', 'X'),
    ];
  }
}

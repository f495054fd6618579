import { useCommands, type UiCommand } from '../../commands/registry.ts';
import { goTo, viewStore } from '../../room/navigation.ts';
import { deskNow } from '../../room/now.ts';
import { runCommand } from '../../room/run-command.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import { comeBackStore, openDeskForm, showComeBack, type FormName } from './desk-store.ts';
import { doStep } from './do-step.ts';
import { nextSteps, type OfferedStep } from './next-steps.ts';
import { decisionsInOrder } from './order.ts';
import { focusTaskLine } from './task-line-field.tsx';
import type { Desk } from './use-desk.ts';

/** The commands of the desk: in every view, so that the commander need not look for them. */
export function DeskCommands(props: { readonly desk: Desk }) {
  const { rows, person } = props.desk;
  const { incident } = rows;
  const mayWrite = useWriteBlock() === null;
  const isOpen = mayWrite && incident.status === 'active';
  const first = (): OfferedStep | undefined => nextSteps(rows, person, deskNow())[0];
  const form = (name: FormName): (() => void) => {
    return () => openDeskForm({ name, thing: incident.key });
  };
  const decisions = decisionsInOrder(rows.decisions);
  const polled = decisions.find(({ status }) => status === 'polled');
  const candidate = decisions.find(({ status }) => status === 'candidate');
  const proceeding = decisions.find(
    ({ status, verified }) => status === 'proceeding' && verified === null,
  );

  const commands: UiCommand[] = [
    {
      id: 'desk.next',
      group: 'incident',
      titleKey: 'desk.command.next',
      shortcut: 'J',
      isEnabled: () => mayWrite && first() !== undefined,
      run: () => {
        const step = first();
        if (step) doStep(step);
      },
    },
    {
      id: 'desk.task',
      group: 'incident',
      titleKey: 'desk.command.task',
      shortcut: 'Q',
      isEnabled: () => mayWrite,
      run: () => {
        goTo('command');
        focusTaskLine();
      },
    },
    {
      id: 'desk.come-back',
      group: 'incident',
      titleKey: 'desk.command.comeBack',
      shortcut: 'Shift+J',
      run: () => {
        showComeBack(viewStore.getState().view !== 'command' || !comeBackStore.getState().isShown);
        goTo('command');
      },
    },
    {
      id: 'desk.size-up',
      group: 'incident',
      titleKey: 'desk.command.sizeUp',
      shortcut: 'Shift+U',
      isEnabled: () => mayWrite,
      run: form('size-up'),
    },
    {
      id: 'desk.propose',
      group: 'incident',
      titleKey: 'desk.command.propose',
      shortcut: 'Shift+N',
      isEnabled: () => mayWrite,
      run: form('candidate'),
    },
    {
      id: 'desk.poll',
      group: 'incident',
      titleKey: 'desk.command.poll',
      shortcut: 'Shift+O',
      isEnabled: () => mayWrite && (polled ?? candidate) !== undefined,
      run: () => {
        if (polled) openDeskForm({ name: 'answer', thing: polled.key });
        else if (candidate) void runCommand({ name: 'decision.poll', decision: candidate.key });
      },
    },
    {
      id: 'desk.decide',
      group: 'incident',
      titleKey: 'desk.command.decide',
      shortcut: 'Shift+D',
      isEnabled: () => mayWrite && (polled ?? candidate) !== undefined,
      run: () => {
        const decision = polled ?? candidate;
        if (decision) openDeskForm({ name: 'take', thing: decision.key });
      },
    },
    {
      id: 'desk.verify',
      group: 'incident',
      titleKey: 'desk.command.verify',
      shortcut: 'Shift+V',
      isEnabled: () => mayWrite && proceeding !== undefined,
      run: () => {
        if (proceeding) openDeskForm({ name: 'verify', thing: proceeding.key });
      },
    },
    {
      id: 'desk.report',
      group: 'incident',
      titleKey: 'desk.command.report',
      shortcut: 'Shift+R',
      isEnabled: () => mayWrite,
      run: form('report'),
    },
    {
      id: 'desk.hypothesis',
      group: 'incident',
      titleKey: 'desk.command.hypothesis',
      shortcut: 'Shift+Y',
      isEnabled: () => mayWrite,
      run: form('hypothesis'),
    },
    {
      id: 'desk.team',
      group: 'incident',
      titleKey: 'desk.command.team',
      shortcut: 'Shift+T',
      isEnabled: () => isOpen,
      run: form('team'),
    },
    {
      id: 'desk.sign-off',
      group: 'incident',
      titleKey: 'desk.command.signOff',
      shortcut: 'Shift+Q',
      isEnabled: () => mayWrite && incident.phase !== 'triage' && incident.phase !== 'active',
      run: form('sign-off'),
    },
  ];
  useCommands(commands);
  return null;
}

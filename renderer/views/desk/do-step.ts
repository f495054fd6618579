import { commandStore, isEnabled } from '../../commands/registry.ts';
import { text, type Translate } from '../../i18n/text.ts';
import { showToast } from '../../kit/toast-store.ts';
import { goTo, type ViewName } from '../../room/navigation.ts';
import { runCommand } from '../../room/run-command.ts';
import { openDeskForm } from './desk-store.ts';
import type { OfferedStep } from './next-steps.ts';

/** Does an offered step, or opens the form that does it. */
export function doStep({ action }: OfferedStep): void {
  switch (action.by) {
    case 'form':
      openDeskForm(action.form);
      return;
    case 'command':
      void runCommand(action.command);
      return;
    case 'window':
      runInWindow(action.id, action.view);
  }
}

/** A view that was just opened has made its commands known by then. */
const VIEW_OPENS_MS = 2_000;

/** Runs a command of the window; where only a view has it, in that view as soon as it is there. */
function runInWindow(id: string, view: ViewName | null): void {
  if (runKnown(id)) return;
  if (view === null) {
    showToast({ tone: 'warning', title: text('desk.step.noWay') });
    return;
  }
  goTo(view);
  if (runKnown(id)) return;
  const stop = commandStore.subscribe(() => {
    if (!commandStore.getState().commands.has(id)) return;
    end();
    runKnown(id);
  });
  const timer = setTimeout(() => end(), VIEW_OPENS_MS);
  const end = (): void => {
    stop();
    clearTimeout(timer);
  };
}

function runKnown(id: string): boolean {
  const command = commandStore.getState().commands.get(id);
  if (command === undefined || !isEnabled(command)) return false;
  command.run();
  return true;
}

/** What a step asks for, in words. */
export function stepText(step: OfferedStep, t: Translate): string {
  const who = step.code === 'update' ? t(`entry.audience.${step.who as 'internal'}`) : step.who;
  return t(`desk.step.${step.code}`, { who, about: step.about });
}

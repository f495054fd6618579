import { commandStore, isEnabled } from '../../commands/registry.ts';
import { text, type Translate } from '../../i18n/text.ts';
import { showToast } from '../../kit/toast-store.ts';
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
    case 'window': {
      const { commands } = commandStore.getState();
      const command = action.ids
        .map((id) => commands.get(id))
        .find((known) => known !== undefined && isEnabled(known));
      if (command) command.run();
      else showToast({ tone: 'warning', title: text('desk.step.noWay') });
    }
  }
}

/** What a step asks for, in words. */
export function stepText(step: OfferedStep, t: Translate): string {
  const who = step.code === 'update' ? t(`entry.audience.${step.who as 'internal'}`) : step.who;
  return t(`desk.step.${step.code}`, { who, about: step.about });
}

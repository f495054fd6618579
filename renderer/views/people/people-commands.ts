import { useStore } from 'zustand';
import type { IncidentRow, RollCallRow } from '../../../shared/ipc/rows.ts';
import { nameKey, type Reach } from '../../../shared/people/directory.ts';
import { useCommands } from '../../commands/registry.ts';
import { text } from '../../i18n/text.ts';
import { showToast } from '../../kit/toast-store.ts';
import { visibleText } from '../../kit/visible-text.ts';
import { copyText } from '../../room/clipboard.ts';
import { runCommand } from '../../room/run-command.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import { openPeopleDialog, peopleStore } from './people-store.ts';
import { calledRows } from './roll-call.ts';

/** Writes down that somebody is there, or is not; the next who has not answered becomes current. */
export async function answer(call: RollCallRow, person: string, present: boolean): Promise<void> {
  const known = call.people.find((one) => one.person === person);
  if (known === undefined || known.present === present) return;
  const rows = calledRows(call);
  const place = rows.findIndex(({ key }) => key === person);
  const rest = [...rows.slice(place + 1), ...rows.slice(0, Math.max(0, place))];
  const next = rest.find((row) => row.answer === 'unknown');
  const done = await runCommand({
    name: 'roll-call.answer',
    rollCall: call.key,
    person,
    team: known.team,
    present,
    comment: known.comment,
  });
  if (done.done) {
    const chosen = next?.person ?? person;
    peopleStore.setState({ called: chosen, person: chosen });
  }
}

/** Puts a number or an address on the clipboard and says so. */
export async function copyReach(what: string): Promise<void> {
  if (what !== '' && (await copyText(what))) {
    showToast({ tone: 'success', title: text('people.copied', { text: visibleText(what) }) });
  }
}

/** The commands of the people's view. */
export function usePeopleCommands(
  incident: IncidentRow | null,
  call: RollCallRow | null,
  reachOf: ReadonlyMap<string, Reach>,
): void {
  const { person, called } = useStore(peopleStore);
  const block = useWriteBlock();
  const reach = person === null ? undefined : reachOf.get(nameKey(person));
  const chosen = call?.people.some((one) => one.person === called)
    ? called
    : call === null
      ? null
      : (calledRows(call)[0]?.person ?? null);
  const isCalled = call !== null && chosen !== null && block === null;
  const answerWith = (present: boolean) => (): void => {
    if (isCalled) void answer(call, chosen, present);
  };
  useCommands([
    {
      id: 'roll-call.start',
      group: 'incident',
      titleKey: 'people.command.start',
      shortcut: 'R',
      isEnabled: () => incident?.status === 'active' && block === null,
      run: () => openPeopleDialog('start'),
    },
    {
      id: 'roll-call.present',
      group: 'incident',
      titleKey: 'people.command.present',
      shortcut: 'P',
      isEnabled: () => isCalled,
      run: answerWith(true),
    },
    {
      id: 'roll-call.absent',
      group: 'incident',
      titleKey: 'people.command.absent',
      shortcut: 'A',
      isEnabled: () => isCalled,
      run: answerWith(false),
    },
    {
      id: 'roll-call.answer',
      group: 'incident',
      titleKey: 'people.command.answer',
      shortcut: 'E',
      isEnabled: () => isCalled,
      run: () => {
        peopleStore.setState({ called: chosen });
        openPeopleDialog('answer');
      },
    },
    {
      id: 'roll-call.join',
      group: 'incident',
      titleKey: 'people.command.join',
      shortcut: 'J',
      isEnabled: () => call !== null && block === null,
      run: () => openPeopleDialog('join'),
    },
    {
      id: 'contacts.import',
      group: 'room',
      titleKey: 'people.command.import',
      shortcut: 'I',
      run: () => openPeopleDialog('import'),
    },
    {
      id: 'people.copy-phone',
      group: 'room',
      titleKey: 'people.command.copyPhone',
      shortcut: 'C',
      isEnabled: () => (reach?.phone ?? '') !== '',
      run: () => void copyReach(reach?.phone ?? ''),
    },
    {
      id: 'people.copy-mail',
      group: 'room',
      titleKey: 'people.command.copyMail',
      shortcut: 'M',
      isEnabled: () => (reach?.mail ?? '') !== '',
      run: () => void copyReach(reach?.mail ?? ''),
    },
  ]);
}

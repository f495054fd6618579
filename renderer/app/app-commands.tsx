import { useCommands, type UiCommand } from '../commands/registry.ts';
import { useText } from '../i18n/text.ts';
import { goTo, openDialog, VIEWS, type ViewName } from '../room/navigation.ts';
import { goLive, setPosition, usePosition } from '../room/position.ts';
import { pause, play, replayStore, setSpeed, SPEEDS } from '../room/replay.ts';
import { select, useSelection } from '../room/selection.ts';
import { updateSession, useSession } from '../room/session.ts';
import { openSearch } from '../room/search.ts';
import {
  backUp,
  checkRecord,
  chooseRunbookFolder,
  copyRecord,
  DEMO_SPEED,
  leaveRoom,
  openDemo,
  openFile,
  openJournal,
} from '../room/room-actions.ts';

/** After nine views the digits are used up. */
const FURTHER_SHORTCUTS: Partial<Record<ViewName, string>> = { postmortem: 'Ctrl+Shift+M' };

function shortcutOf(view: ViewName, index: number): Pick<UiCommand, 'shortcut'> {
  const shortcut = index < 9 ? `Ctrl+${String(index + 1)}` : FURTHER_SHORTCUTS[view];
  return shortcut === undefined ? {} : { shortcut };
}

/** The commands of the frame itself; each view registers its own. */
export function AppCommands() {
  const t = useText();
  const session = useSession();
  const position = usePosition();
  const selection = useSelection();
  const isRoomOpen = session !== null && session.room !== 'none';

  const inRoom: UiCommand[] = [
    ...VIEWS.map((view, index): UiCommand => ({
      id: `view.${view}`,
      group: 'go',
      titleKey: 'command.go',
      titleParams: () => ({ view: t(`view.${view}`) }),
      ...shortcutOf(view, index),
      run: () => goTo(view),
    })),
    {
      id: 'position.go-live',
      group: 'timeline',
      titleKey: 'command.live',
      shortcut: 'L',
      isEnabled: () => position.mode !== 'live',
      run: goLive,
    },
    {
      id: 'position.switch',
      group: 'timeline',
      titleKey: 'command.switchReview',
      shortcut: 'K',
      isEnabled: () => position.mode !== 'live',
      run: () => {
        if (position.mode === 'live') return;
        const mode = position.mode === 'happened' ? 'known' : 'happened';
        setPosition({ mode, moment: position.moment });
      },
    },
    {
      id: 'replay.toggle',
      group: 'timeline',
      titleKey: 'command.replay',
      shortcut: 'Z',
      isEnabled: () => position.mode !== 'live',
      run: () => (replayStore.getState().isPlaying ? pause() : play()),
    },
    {
      id: 'replay.faster',
      group: 'timeline',
      titleKey: 'command.replayFaster',
      shortcut: 'Shift+Z',
      isEnabled: () => position.mode !== 'live',
      run: () => {
        const next = SPEEDS.indexOf(replayStore.getState().speed) + 1;
        setSpeed(SPEEDS[next % SPEEDS.length] ?? 60);
      },
    },
    {
      id: 'selection.clear',
      group: 'window',
      titleKey: 'command.clearSelection',
      shortcut: 'Escape',
      isEnabled: () => selection.thing !== null,
      run: () => select(null),
    },
    {
      id: 'room.export',
      group: 'room',
      titleKey: 'command.export',
      shortcut: 'Ctrl+E',
      run: () => openDialog('export'),
    },
    {
      id: 'record.search',
      group: 'go',
      titleKey: 'search.title',
      shortcut: 'Ctrl+F',
      run: () => openSearch(),
    },
    {
      id: 'record.check',
      group: 'room',
      titleKey: 'command.checkRecord',
      shortcut: 'Ctrl+Shift+Y',
      isEnabled: () => session?.room === 'live',
      run: () => void checkRecord(),
    },
    {
      id: 'record.copy',
      group: 'room',
      titleKey: 'command.copyRecord',
      shortcut: 'Ctrl+Shift+S',
      isEnabled: () => session?.room === 'live',
      run: () => void copyRecord(),
    },
    {
      id: 'record.backup',
      group: 'room',
      titleKey: 'command.backup',
      shortcut: 'Ctrl+Shift+B',
      isEnabled: () => session?.room === 'live',
      run: () => void backUp(),
    },
    {
      id: 'room.leave',
      group: 'room',
      titleKey: 'command.leave',
      isEnabled: () => session?.room === 'demo' || session?.room === 'bundle',
      run: () => void leaveRoom(),
    },
  ];

  useCommands([
    ...(isRoomOpen ? inRoom : []),
    {
      id: 'palette.open',
      group: 'go',
      titleKey: 'command.palette',
      shortcut: ['Ctrl+K', 'Ctrl+Shift+P'],
      run: () => openDialog('palette'),
    },
    {
      id: 'room.connect',
      group: 'room',
      titleKey: 'command.connect',
      run: () => openDialog('connect'),
    },
    {
      id: 'room.open-file',
      group: 'room',
      titleKey: 'command.openFile',
      shortcut: 'Ctrl+O',
      run: () => void openFile(),
    },
    {
      id: 'record.open-file',
      group: 'room',
      titleKey: 'command.openJournal',
      shortcut: 'Ctrl+Shift+O',
      run: () => void openJournal({ from: 'dialog', kind: 'file' }),
    },
    {
      id: 'record.open-folder',
      group: 'room',
      titleKey: 'command.openBackup',
      run: () => void openJournal({ from: 'dialog', kind: 'folder' }),
    },
    {
      id: 'room.open-demo',
      group: 'room',
      titleKey: 'command.openDemo',
      run: () => void openDemo(DEMO_SPEED),
    },
    {
      id: 'runbooks.choose-folder',
      group: 'runbooks',
      titleKey: 'command.runbookFolder',
      run: () => void chooseRunbookFolder(),
    },
    {
      id: 'settings.open',
      group: 'window',
      titleKey: 'command.settings',
      shortcut: 'Ctrl+,',
      run: () => openDialog('settings'),
    },
    ...(['dark', 'light', 'contrast'] as const).map((theme): UiCommand => ({
      id: `theme.${theme}`,
      group: 'window',
      titleKey: `command.theme.${theme}`,
      isEnabled: () => session?.theme !== theme,
      run: () => updateSession({ theme }),
    })),
    ...(['en', 'zh-CN'] as const).map((language): UiCommand => ({
      id: `language.${language}`,
      group: 'window',
      titleKey: `command.language.${language}`,
      isEnabled: () => session?.language !== language,
      run: () => updateSession({ language }),
    })),
    {
      id: 'help.shortcuts',
      group: 'help',
      titleKey: 'command.shortcuts',
      shortcut: ['?', 'F1'],
      run: () => openDialog('shortcuts'),
    },
  ]);
  return null;
}

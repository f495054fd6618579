import { useDialog } from '../room/navigation.ts';
import { DeclareDialog } from '../views/incident/declare-dialog.tsx';
import { Palette } from '../views/palette/palette.tsx';
import { ConnectDialog } from './connect-dialog.tsx';
import { ExportDialog } from './export-dialog.tsx';
import { SettingsDialog } from './settings-dialog.tsx';
import { ShortcutsDialog } from './shortcuts-dialog.tsx';

/** The one dialog that is open, if any. `declare` and `resolve` belong to the incident's view. */
export function Dialogs() {
  const { dialog } = useDialog();
  switch (dialog) {
    case null:
      return null;
    case 'declare':
    case 'resolve':
      return <DeclareDialog />;
    case 'palette':
      return <Palette />;
    case 'settings':
      return <SettingsDialog />;
    case 'connect':
      return <ConnectDialog />;
    case 'export':
      return <ExportDialog />;
    case 'shortcuts':
      return <ShortcutsDialog />;
  }
}

import { Dialog } from '../../kit/dialog.tsx';
import { closeDialog } from '../../room/navigation.ts';

export function DeclareDialog() {
  return (
    <Dialog title="DeclareDialog" isOpen onClose={closeDialog}>
      …
    </Dialog>
  );
}

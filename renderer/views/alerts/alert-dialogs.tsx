import { AcknowledgeDialog } from './acknowledge-dialog.tsx';
import { AssignDialog } from './assign-dialog.tsx';
import { NoiseDialog } from './noise-dialog.tsx';
import { SilenceDialog } from './silence-dialog.tsx';

/** Every dialog that alerts open, wherever they are listed. */
export function AlertDialogs() {
  return (
    <>
      <AcknowledgeDialog />
      <AssignDialog />
      <SilenceDialog />
      <NoiseDialog />
    </>
  );
}

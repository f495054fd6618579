import { useEffect } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { PortError, RecordOf } from '../../../shared/ipc/contract.ts';
import { core, errorCode } from '../../room/core.ts';
import { sameValue } from '../../room/same-value.ts';

interface RecordState {
  readonly record: RecordOf | null;
  /** Why it could not be read last; the record before stays. */
  readonly error: PortError['code'] | null;
}

const recordStore = createStore<RecordState>(() => ({ record: null, error: null }));

const PAUSE_MS = 2_000;

/** What the record says of itself, read again every two seconds while somebody looks. */
export function useRecord(): RecordState {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    let isShown = true;
    const turn = async (): Promise<void> => {
      await readRecord();
      if (isShown) timer = setTimeout(() => void turn(), PAUSE_MS);
    };
    void turn();
    // Another room has another record: nothing of the last one may stay.
    const stop = core.on('session.changed', () => void readRecord());
    return () => {
      isShown = false;
      if (timer !== null) clearTimeout(timer);
      stop();
    };
  }, []);
  return useStore(recordStore);
}

/** Reads it now: something was asked of it that shows at once. */
export async function readRecord(): Promise<void> {
  try {
    const record = await core.ask('record.read', {});
    const before = recordStore.getState();
    const isSame = before.error === null && sameValue(before.record, record);
    if (!isSame) recordStore.setState({ record, error: null });
  } catch (failure) {
    const error = errorCode(failure);
    recordStore.setState(error === 'no-room' ? { record: null, error } : { error });
  }
}

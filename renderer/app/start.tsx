import { createRoot } from 'react-dom/client';
import { listenForShortcuts } from '../commands/registry.ts';
import { setLanguage, text } from '../i18n/text.ts';
import { holdClock, setClockBy, setReviewed, startClock } from '../kit/clock.ts';
import { showToast } from '../kit/toast-store.ts';
import { noticeStore } from '../room/notices.ts';
import { goLive, momentOf, positionStore } from '../room/position.ts';
import { rowStore, watchRoom } from '../room/rows.ts';
import { flushSession, followSession, readSession, sessionStore } from '../room/session.ts';
import { applyTheme } from '../theme/tokens.ts';
import { App } from './app.tsx';

/** Opens the session, puts theme and language on the document, and draws the application. */
export async function startApp(): Promise<void> {
  const root = document.getElementById('root');
  if (!root) throw new Error('index.html has no #root');

  startClock();
  listenForShortcuts(window);
  window.addEventListener('pagehide', () => void flushSession());
  setReviewed(momentOf(positionStore.getState().position));
  positionStore.subscribe(({ position }) => setReviewed(momentOf(position)));
  followSession();
  let coreWasLost = false;
  watchRoom({
    onCoreLost: () => {
      coreWasLost = true;
      noticeStore.setState({ coreLost: true });
    },
    onCoreReady: () => {
      noticeStore.setState({ coreLost: false });
      if (coreWasLost) showToast({ tone: 'info', title: text('banner.coreBack') });
      coreWasLost = false;
      void readSession().catch(() => {});
    },
  });
  rowStore('status').subscribe(({ rows }) => {
    const status = rows.get('status');
    if (!status) return;
    // In an exported room it is always the moment at which it was exported.
    const isStill = status.room === 'bundle';
    holdClock(isStill ? status.now : null);
    if (!isStill) setClockBy(status.now);
  });
  sessionStore.subscribe((state, before) => {
    if (!state.session) return;
    if (state.session.theme !== before.session?.theme) applyTheme(state.session.theme);
    if (state.session.language !== before.session?.language) {
      void setLanguage(state.session.language);
    }
    // Another room has another past: a moment of the last one means nothing in it.
    if (before.session && state.session.room !== before.session.room) goLive();
  });

  applyTheme('dark');
  createRoot(root).render(<App />);
  await readSession().catch(() => {});
}

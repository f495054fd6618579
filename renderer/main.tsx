import './first.ts';
import './theme/tokens.css';
import './theme/base.css';

void open();

async function open(): Promise<void> {
  if (import.meta.env.DEV && !window.holdfast) {
    const { installMock } = await import('./dev/install-mock.ts');
    installMock(window);
  }
  const safe = new URLSearchParams(window.location.search).get('safe');
  if (safe !== null) {
    const { startSafeMode } = await import('./app/safe-mode.tsx');
    await startSafeMode(safe);
    return;
  }
  const { startApp } = await import('./app/start.tsx');
  await startApp();
}

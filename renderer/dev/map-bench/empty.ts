import type { StartPeer } from './peer.ts';

/** A WebGL canvas that only changes its colour: what a frame costs before anything is drawn. */
export const start: StartPeer = (parent) => {
  const canvas = document.createElement('canvas');
  canvas.width = parent.clientWidth;
  canvas.height = parent.clientHeight;
  parent.append(canvas);
  const gl = canvas.getContext('webgl2', { alpha: false, antialias: false });
  let turn = 0;
  const paint = (): void => {
    turn += 1;
    requestAnimationFrame(() => {
      gl?.clearColor((turn % 10) / 10, 0, 0, 1);
      gl?.clear(gl.COLOR_BUFFER_BIT);
    });
  };
  paint();
  return { pan: paint, change: paint };
};

import Graph from 'graphology';
import Sigma from 'sigma';
import { COLORS, type StartPeer } from './peer.ts';

/** sigma.js: WebGL, with the labels that it thins by itself. */
export const start: StartPeer = (container, graph) => {
  const model = new Graph({ multi: true });
  graph.names.forEach((name, index) => {
    model.addNode(name, {
      label: name,
      x: graph.x[index] ?? 0,
      y: -(graph.y[index] ?? 0),
      size: 3,
      color: COLORS[graph.conditions[index] ?? 'healthy'],
    });
  });
  for (let place = 0; place < graph.ends.length; place += 2) {
    model.addEdge(
      graph.names[graph.ends[place] ?? 0] ?? '',
      graph.names[graph.ends[place + 1] ?? 0] ?? '',
      { size: 1, color: '#3a4654' },
    );
  }
  const sigma = new Sigma(model, container);
  return {
    pan(dx, dy) {
      const camera = sigma.getCamera();
      const state = camera.getState();
      const side = Math.min(container.clientWidth, container.clientHeight);
      camera.setState({
        ...state,
        x: state.x - (dx / side) * state.ratio,
        y: state.y + (dy / side) * state.ratio,
      });
    },
    change(changes) {
      for (const [node, condition] of changes) {
        model.setNodeAttribute(graph.names[node] ?? '', 'color', COLORS[condition]);
      }
    },
  };
};

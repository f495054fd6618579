import cytoscape from 'cytoscape';
import { COLORS, type StartPeer } from './peer.ts';

/** Cytoscape.js with the settings that its guide on speed recommends. */
export const start: StartPeer = (container, graph) => {
  const elements: cytoscape.ElementDefinition[] = graph.names.map((name, index) => ({
    data: { id: name, color: COLORS[graph.conditions[index] ?? 'healthy'] },
    position: { x: graph.x[index] ?? 0, y: graph.y[index] ?? 0 },
  }));
  for (let place = 0; place < graph.ends.length; place += 2) {
    elements.push({
      data: {
        source: graph.names[graph.ends[place] ?? 0] ?? '',
        target: graph.names[graph.ends[place + 1] ?? 0] ?? '',
      },
    });
  }
  const cy = cytoscape({
    container,
    elements,
    layout: { name: 'preset', fit: true },
    style: [
      {
        selector: 'node',
        style: {
          'background-color': 'data(color)',
          label: 'data(id)',
          color: '#fff',
          'font-size': 12,
          'min-zoomed-font-size': 8,
        },
      },
      { selector: 'edge', style: { width: 1, 'line-color': '#3a4654', 'curve-style': 'haystack' } },
    ],
    hideEdgesOnViewport: true,
    textureOnViewport: true,
    pixelRatio: 1,
  });
  return {
    pan: (dx, dy) => void cy.panBy({ x: dx, y: dy }),
    change(changes) {
      cy.batch(() => {
        for (const [node, condition] of changes) {
          cy.getElementById(graph.names[node] ?? '').data('color', COLORS[condition]);
        }
      });
    },
  };
};

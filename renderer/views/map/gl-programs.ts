/** The two programs that a graphics card runs: pictures on rectangles, and calls as curves. */

/** A part of the atlas (or a plain colour, from a white spot of it) on a rectangle of the screen. */
export const SPRITE_VERTEX = `#version 300 es
uniform vec2 size;
uniform float flip;
layout(location = 0) in vec2 at;
layout(location = 1) in vec2 part;
layout(location = 2) in vec4 tint;
out vec2 place;
out vec4 color;
void main() {
  place = part;
  color = tint;
  gl_Position = vec4(at.x / size.x * 2.0 - 1.0, (1.0 - at.y / size.y * 2.0) * flip, 0.0, 1.0);
}`;

export const SPRITE_FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D atlas;
in vec2 place;
in vec4 color;
out vec4 shown;
void main() {
  shown = texture(atlas, place) * color;
}`;

/**
 * A call from below its caller to above its callee, as a strip along a cubic curve; the same shapes as
 * edges.ts draws. Vertices have no attributes: each knows by its number which edge it belongs to and
 * reads it from a texture. (Instanced strips of a few triangles are what software renderers, and some
 * cards, are slowest at: 15,000 of them took four times as long.) `heads` draws the arrow's head.
 */
export const EDGE_VERTEX = `#version 300 es
precision highp float;
precision highp sampler2D;
uniform sampler2D ends;
uniform vec2 size;
uniform float flip;
uniform vec3 view;
uniform float radius;
uniform float width;
uniform int steps;
uniform bool bent;
uniform bool heads;
uniform bool arrows;
out float across;
out float along;
flat out float kind;

vec2 curve(vec2 a, vec2 b, vec2 c, vec2 d, float t) {
  float u = 1.0 - t;
  return u * u * u * a + 3.0 * u * u * t * b + 3.0 * u * t * t * c + t * t * t * d;
}

vec4 texel(int number) {
  int columns = textureSize(ends, 0).x;
  return texelFetch(ends, ivec2(number % columns, number / columns), 0);
}

void main() {
  int vertices = heads ? 3 : steps * 6;
  int edge = gl_VertexID / vertices;
  int vertex = gl_VertexID - edge * vertices;
  vec4 both = texel(edge * 2);
  kind = texel(edge * 2 + 1).x;
  vec2 from = both.xy * view.x + view.yz;
  vec2 to = both.zw * view.x + view.yz;
  float gap = radius + 1.5;
  float head = arrows ? 4.0 + width * 2.2 : 0.0;
  vec2 a = from;
  vec2 b = mix(from, to, 0.33);
  vec2 c = mix(from, to, 0.67);
  vec2 d = to;
  vec2 tip = to;
  vec2 back = vec2(0.0, -1.0);
  if (bent) {
    float drop = to.y - from.y;
    if (drop > 1.0) {
      a = from + vec2(0.0, gap);
      tip = to - vec2(0.0, gap);
      float bend = max(12.0, min((tip.y - a.y) * 0.55, 150.0 * view.x + 40.0));
      d = tip - vec2(0.0, head);
      b = a + vec2(0.0, bend);
      c = d - vec2(0.0, bend);
    } else if (abs(drop) <= 1.0) {
      float side = to.x > from.x ? 1.0 : -1.0;
      float lift = (26.0 + abs(to.x - from.x) * 0.06) * min(1.0, view.x) * side;
      a = from + vec2(gap * 0.7 * side, gap * 0.7 * side);
      tip = to + vec2(-gap * 0.7 * side, gap * 0.7 * side);
      b = vec2(a.x + 20.0 * side, from.y + lift);
      c = vec2(tip.x - 20.0 * side, to.y + lift);
      back = normalize(c - tip);
      d = tip + back * head;
    } else {
      float bow = 60.0 * min(1.0, view.x) + abs(to.x - from.x) * 0.1;
      a = from + vec2(gap, 0.0);
      tip = to + vec2(gap, 0.0);
      back = vec2(1.0, 0.0);
      d = tip + vec2(head, 0.0);
      b = a + vec2(bow, 0.0);
      c = d + vec2(bow, 0.0);
    }
  }
  vec2 at;
  along = 0.0;
  across = 0.0;
  if (heads) {
    vec2 side = vec2(-back.y, back.x) * head * 0.46;
    at = tip + (vertex == 0 ? vec2(0.0) : back * head + (vertex == 1 ? side : -side));
  } else {
    // Two triangles a step: corners 0 1 2 and 2 1 3.
    int corner = vertex % 6;
    corner = corner < 3 ? corner : corner == 3 ? 2 : corner == 4 ? 1 : 3;
    float t = float(vertex / 6 + corner / 2) / float(steps);
    float side = corner % 2 == 0 ? -1.0 : 1.0;
    vec2 here = curve(a, b, c, d, t);
    vec2 ahead = curve(a, b, c, d, min(1.0, t + 0.02)) - curve(a, b, c, d, max(0.0, t - 0.02));
    vec2 direction = length(ahead) > 0.001 ? normalize(ahead) : vec2(0.0, 1.0);
    across = side * (width * 0.5 + 1.0);
    along = t * length(d - a);
    at = here + vec2(-direction.y, direction.x) * across;
  }
  gl_Position = vec4(at.x / size.x * 2.0 - 1.0, (1.0 - at.y / size.y * 2.0) * flip, 0.0, 1.0);
}`;

export const EDGE_FRAGMENT = `#version 300 es
precision highp float;
uniform vec4 color;
uniform float width;
uniform bool dashed;
in float across;
in float along;
flat in float kind;
out vec4 shown;
void main() {
  if (dashed && kind > 0.5) {
    float period = kind > 1.5 ? 6.0 : 12.0;
    float on = kind > 1.5 ? 1.5 : 7.0;
    if (mod(along, period) > on) discard;
  }
  shown = color * clamp(width * 0.5 + 0.5 - abs(across), 0.0, 1.0);
}`;

/** @throws Error with the compiler's words */
export function linkProgram(gl: WebGL2RenderingContext, vertex: string, fragment: string) {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(kind);
    if (shader === null) throw new Error('no shader');
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
    throw new Error(gl.getProgramInfoLog(program) ?? 'the program could not be linked');
  }
  const places = new Map<string, WebGLUniformLocation | null>();
  return {
    program,
    uniform(name: string): WebGLUniformLocation | null {
      let place = places.get(name);
      if (place === undefined) {
        place = gl.getUniformLocation(program, name);
        places.set(name, place);
      }
      return place;
    },
  };
}

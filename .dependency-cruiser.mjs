/** Who may import whom (docs/architecture.md); scripts/check.ts also asserts that modules were seen. */
const rule = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to });
const testFile = '(\\.(test|spec|bench)\\.tsx?$|/testing/|conformance\\.ts$)';

export default {
  forbidden: [
    rule('no-cycles', {}, { circular: true }, 'a cycle has no order to be understood in'),
    rule(
      'shared-is-alone',
      { path: '^shared/' },
      { path: '^(gateway|main|renderer|scripts|e2e)/' },
    ),
    rule(
      'shared-is-pure',
      { path: '^shared/', pathNot: testFile },
      { dependencyTypes: ['core'] },
      'no Node in shared',
    ),
    rule(
      'shared-allow-list',
      { path: '^shared/', pathNot: testFile },
      {
        dependencyTypes: ['npm', 'npm-dev'],
        pathNot:
          'node_modules/(zod|@noble/hashes|re2js|yaml|mdast-util-from-markdown|mdast|@types/mdast|fflate)/',
      },
    ),
    rule(
      'gateway-imports-shared',
      { path: '^gateway/' },
      { path: '^(main|renderer|scripts|e2e)/' },
    ),
    rule(
      'renderer-imports-shared',
      { path: '^renderer/' },
      { path: '^(main|gateway|scripts|e2e)/' },
    ),
    rule(
      'renderer-has-no-node',
      { path: '^renderer/', pathNot: `${testFile}|^renderer/dev/` },
      { dependencyTypes: ['core'] },
    ),
    rule('main-stays-off', { path: '^main/' }, { path: '^(renderer|scripts|e2e)/' }),
    rule(
      'only-shell-is-electron',
      { pathNot: '^main/shell/' },
      // Types alone are no import: the stories name what they run in the main process.
      { path: 'node_modules/electron/', dependencyTypesNot: ['type-only', 'type-import'] },
    ),
    rule(
      'nothing-imports-shell',
      { pathNot: '^main/shell/' },
      // The supervisor starts whatever it is given: the tests of faults give it a real core.
      { path: '^main/shell/', pathNot: '^main/shell/core-supervisor\\.ts$' },
    ),
    rule(
      'a-view-is-alone',
      { path: '^renderer/views/([^/]+)/' },
      { path: '^renderer/views/', pathNot: '^renderer/views/$1/' },
    ),
    rule(
      'kit-is-below',
      { path: '^renderer/kit/' },
      { path: '^renderer/', pathNot: '^renderer/(kit|theme)/' },
    ),
    rule(
      'nothing-imports-tests',
      { pathNot: `${testFile}|^e2e/|^scripts/benches/|^main/shell/conformance-app` },
      { path: testFile, pathNot: 'node_modules' },
    ),
    rule('kit-of-shared', { path: '^shared/kit/' }, { path: '^shared/', pathNot: '^shared/kit/' }),
    rule(
      'facts-of-shared',
      { path: '^shared/facts/', pathNot: testFile },
      { path: '^shared/', pathNot: '^shared/(kit|facts)/' },
    ),
    rule(
      'leaves-of-shared',
      {
        path: '^shared/(actions|adapters|attachments|damping|graph|imports|localize|noise|people|runbooks|units|updates)/',
        pathNot: testFile,
      },
      { path: '^shared/(projections|commands|ipc|wire|bundle)/' },
    ),
    rule(
      'projections-of-shared',
      { path: '^shared/projections/', pathNot: testFile },
      { path: '^shared/(commands|ipc|wire|bundle)/' },
    ),
    rule(
      'commands-of-shared',
      { path: '^shared/commands/', pathNot: testFile },
      { path: '^shared/(ipc|wire|bundle)/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    includeOnly: undefined,
    exclude: { path: '^(out|dist|node_modules/\\.cache)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { conditionNames: ['import', 'require', 'node', 'default'] },
  },
};

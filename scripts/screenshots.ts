/** `npm run screenshots`: the end-to-end run makes the README's pictures anew. */
process.env['HOLDFAST_SCREENSHOTS'] = '1';
process.argv.push('end-to-end');
await import('./test.ts');

/** How often it is said that a mapping is left executable. */
import assert from 'node:assert/strict';
import { run, separateEngine } from '../analysis/analysed';

function mapping(name: string, priority: string): string {
  return `PVOID ${name}(PIRP Irp) { return MmGetSystemAddressForMdlSafe(Irp->MdlAddress, ${priority}); }\n`;
}
const PLAIN = 'NormalPagePriority';

async function told(...functions: readonly string[]): Promise<readonly (readonly [string | undefined, string])[]> {
  const engine = await separateEngine({ 'a.c': `#include <ntddk.h>\n${functions.join('')}` });
  const found = run(engine).findings.filter((f) => f.rule === 'user-map-rwx');
  engine.dispose();
  return found.map((f) => [f.functionName, f.severity]);
}

describe('mappings that are left executable', () => {
  it('are one warning in a driver that asks for nothing else anywhere', async () => {
    assert.deepEqual(await told(mapping('First', PLAIN), mapping('Second', PLAIN), mapping('Third', PLAIN)), [
      ['First', 'warning'],
      ['Second', 'info'],
      ['Third', 'info'],
    ]);
  });
  it('are a warning each in a driver that knows better elsewhere', async () => {
    const careful = mapping('Careful', `${PLAIN} | MdlMappingNoExecute`);
    assert.deepEqual(await told(mapping('First', PLAIN), careful, mapping('Second', PLAIN)), [
      ['First', 'warning'],
      ['Second', 'warning'],
    ]);
  });
});

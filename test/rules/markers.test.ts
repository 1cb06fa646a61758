/** The harness itself: it must fail where a fixture is wrong. The rule that it is tried on is a plain one of the catalogue. */
import assert from 'node:assert/strict';
import { example, FixtureRunner, withoutMarkers } from './fixture-runner';
import { applyFixes } from './fix-application';
import type { ReportedFinding } from '../../server/src/report/workspace';

const RULE = 'ioctl-input-length-unchecked';

const DRIVER = (marker: string, check = '') => `#include <ntddk.h>
typedef struct _INPUT { ULONG A; ULONG B; } INPUT;
ULONG Kept;
NTSTATUS Control(DEVICE_OBJECT *Device, IRP *Irp)
{
    IO_STACK_LOCATION *Stack = IoGetCurrentIrpStackLocation(Irp);
    INPUT *In = Irp->AssociatedIrp.SystemBuffer;
    UNREFERENCED_PARAMETER(Device);
    ${check}
    Kept = In->B;${marker}
    return STATUS_SUCCESS;
}
NTSTATUS DriverEntry(DRIVER_OBJECT *Driver, UNICODE_STRING *Path)
{
    UNREFERENCED_PARAMETER(Path);
    Driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = Control;
    return STATUS_SUCCESS;
}
`;
const CHECK = 'if (Stack->Parameters.DeviceIoControl.InputBufferLength < sizeof(INPUT)) return STATUS_BUFFER_TOO_SMALL;';

describe('fixture markers', () => {
  let runner: FixtureRunner;
  before(async () => {
    runner = await FixtureRunner.create();
  });
  after(() => {
    runner.dispose();
  });
  const check = (text: string) => runner.check(RULE, new Map([['d.c', text]])).join('\n');

  it('accepts what is said right', () => {
    assert.equal(check(DRIVER(` // expect: ${RULE}`)), '');
    assert.equal(check(DRIVER(' // ok: the length is checked above', CHECK)), '');
  });
  it('rejects a fixture without a marker', () => {
    assert.match(check(DRIVER('', CHECK)), /no marker/);
  });
  it('rejects a missing finding', () => {
    assert.match(check(DRIVER(` // expect: ${RULE}`, CHECK)), /d\.c:10: 1 of `ioctl-input-length-unchecked` expected, 0 found/);
  });
  it('rejects an unexpected finding, marked as right or not at all', () => {
    assert.match(check(DRIVER(' // ok: it is not')), /unexpected `ioctl-input-length-unchecked`/);
    assert.match(check(`${DRIVER('')}// ok: somewhere else\n`), /unexpected `ioctl-input-length-unchecked`/);
  });
  it('rejects a count that differs', () => {
    assert.match(check(DRIVER(` // expect: ${RULE}, ${RULE}`)), /2 of .* expected, 1 found/);
  });
  it('rejects a reason that is not given', () => {
    assert.match(check(DRIVER(' // ok:', CHECK)), /without a reason/);
  });
  it('rejects text that is not understood', () => {
    assert.match(check(`${DRIVER(' // ok: checked', CHECK)}\nint f( { ) } ]\n`), /not understood/);
  });
  it('does not remember the fixture before', () => {
    check(DRIVER(` // expect: ${RULE}`));
    assert.deepEqual(runner.run(new Map([['other.c', '#include <ntddk.h>\n']])).findings, []);
  });

  it('reads examples from pages', () => {
    assert.deepEqual(example('# r\n\n## Vulnerable\n\ntext\n\n```c\nint a;\n```\n\n## Fixed\n', 'Vulnerable'), {
      language: 'c',
      text: 'int a;\n',
    });
    assert.equal(example('# r\n\n## Vulnerable\n\n## Fixed\n\n```c\nint a;\n```\n', 'Vulnerable'), undefined);
  });
  it('compares fixed texts without their markers', () => {
    assert.equal(withoutMarkers('a; // expect: b\nc; // ok: d\n'), 'a;\nc;');
    assert.equal(withoutMarkers('a ; expect: b\n'), 'a');
  });
});

describe('applying fixes', () => {
  const finding = (edits: [number, number, string][]): ReportedFinding => ({
    rule: 'r',
    file: 'd.c',
    start: 0,
    end: 1,
    severity: 'error',
    message: '',
    path: [],
    fixes: [
      { title: 'described', class: 'text', edits: [] },
      { title: 'applied', class: 'safe', edits: edits.map(([start, end, newText]) => ({ file: 'd.c', start, end, newText })) },
    ],
    confidence: 'certain',
    fingerprint: '',
  });
  const text = 'one\ntwo\nthree\n';

  it('goes from right to left, and equal edits count once', () => {
    const done = applyFixes('r', new Map([['d.c', text]]), [
      finding([[0, 3, '1\n1']]),
      finding([[4, 7, '2']]),
      finding([[4, 7, '2']]),
    ]);
    assert.equal(done?.texts.get('d.c'), '1\n1\n2\nthree\n');
    assert.deepEqual([...(done?.linesBefore('d.c') ?? [])], [1, 2]);
    assert.deepEqual([...(done?.linesAfter('d.c') ?? [])], [1, 2, 3]);
  });
  it('leaves out the second of two that overlap, and other rules', () => {
    const done = applyFixes('r', new Map([['d.c', text]]), [finding([[0, 5, 'x']]), finding([[4, 7, 'y']])]);
    assert.equal(done?.texts.get('d.c'), 'xwo\nthree\n');
    assert.equal(applyFixes('other', new Map([['d.c', text]]), [finding([[0, 1, 'x']])]), undefined);
  });
});

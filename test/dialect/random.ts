/** Seeded random texts: fragments of the dialect, cut and joined so that nothing has to fit. */

/** A small generator with a seed, so that a failure can be repeated. */
export function seeded(seed: number): (below: number) => number {
  let s = seed >>> 0;
  return (below) => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    return Math.floor((s / 4294967296) * below);
  };
}

export const FRAGMENTS = [
  '#if DBG\n',
  '#else\n',
  '#endif\n',
  '#ifdef _WIN64\r\n',
  '#define LOCK(x) { acquire(x);\n',
  '#define GO(x) do { if (x) goto Exit; } while (0)\n',
  '#define API __declspec(dllexport)\n',
  '#pragma pack(push, 4)\n',
  '#include <poppack.h>\n',
  '_In_reads_bytes_(Length) ',
  '_IRQL_requires_max_(DISPATCH_LEVEL)\n',
  'NTSTATUS\nNTAPI\nWork(\n    IN PVOID a OPTIONAL,\n    _Out_ ULONG *b\n    )\n{\n',
  'static API VOID f(void) {\n',
  '}\n',
  '};\n',
  '{',
  '(',
  ')',
  ';\n',
  '    try {\n        a();\n    } except (FILTER()) {\n        leave;\n    }\n',
  '    __try { b(); } __finally { c(); }\n',
  'typedef struct _A {\n    ULONG : 3;\n    ULONG b : 5;\n    union { int c; } DUMMYUNIONNAME;\n} A, *PA;\n',
  'x = (ULONG_PTR)&y + sizeof(A);\n',
  'CONTAINING_RECORD(p, struct _A, b)',
  'PAGED_CODE()\n',
  'FOR_EACH(x, y) {\n',
  '/* open',
  '*/',
  '// line \\\n still\n',
  '"text \\\n more"',
  "'",
  '"',
  'L"wide" L"er"',
  '1ui64 ',
  "'abcd'",
  'case 1: ',
  'default:\n',
  'Exit:\n',
  'if (x) ',
  'else ',
  'switch (x) {\n',
  'DECLARE(a, int *, ==, (int b))',
  'enum { P = 1, Q };\n',
  '__asm { mov eax, 1 }\n',
  '\u0000',
  '\ud800',
  '\u00e9\u4e2d',
  '\t\f\v',
  '\\',
  'DECLARE_INTERFACE_(I, J) {\n STDMETHOD(x)(THIS) PURE;\n};\n',
  'main(argc, argv) int argc; char **argv; {\n',
];

export function randomText(pick: (below: number) => number, pieces: number): string {
  let out = '';
  for (let i = 0; i < pieces; i++) out += FRAGMENTS[pick(FRAGMENTS.length)] ?? '';
  return out;
}

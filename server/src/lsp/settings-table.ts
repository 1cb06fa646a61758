/**
 * Every setting of the editor, once: its key, default, schema and words. package.json and package.nls.json are generated from
 * it (test/lsp/settings.test.ts holds them equal; `UPDATE=1` writes them), and settings.ts reads with the same defaults.
 */

export interface SettingRow {
  /** Below `fencepost.`. */
  readonly key: string;
  readonly scope: 'resource' | 'window';
  readonly default: unknown;
  /** JSON schema members other than `default`, `scope` and `markdownDescription`. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** English text; Markdown. */
  readonly description: string;
  /** English texts of the values of an `enum`, in its order. */
  readonly values?: readonly string[];
  /** Ignored while the workspace is not trusted. */
  readonly restricted?: boolean;
}

const SEVERITY_VALUES = ['error', 'warning', 'info', 'hint', 'off'];

export const SETTINGS: readonly SettingRow[] = [
  {
    key: 'profile',
    scope: 'resource',
    default: 'default',
    schema: { type: 'string', enum: ['default', 'audit'] },
    description: 'Which rules run.',
    values: [
      'Rules that are right often enough to stay switched on.',
      'All rules, those that only point at places worth a look included: for a review of a whole driver.',
    ],
    restricted: true,
  },
  {
    key: 'rules',
    scope: 'resource',
    default: [],
    schema: { type: 'array', items: { type: 'string' }, uniqueItems: true },
    description: 'Run only these rules, by id. Empty: all rules of the profile.',
    restricted: true,
  },
  {
    key: 'severities',
    scope: 'resource',
    default: {},
    schema: { type: 'object', additionalProperties: { type: 'string', enum: SEVERITY_VALUES } },
    description: 'Severity per rule id, for example `{ "user-map-rwx": "info" }`; `off` silences the rule.',
    restricted: true,
  },
  {
    key: 'scan.maxFiles',
    scope: 'resource',
    default: 20000,
    schema: { type: 'integer', minimum: 1 },
    description: 'Read at most this many files of a folder. What was left out is said in the status.',
  },
  {
    key: 'scan.maxFileSizeKB',
    scope: 'resource',
    default: 4096,
    schema: { type: 'integer', minimum: 1 },
    description: 'Leave out files that are larger than this many kilobytes. What was left out is said in the status.',
  },
  {
    key: 'keepFindings',
    scope: 'resource',
    default: true,
    schema: { type: 'boolean' },
    description:
      'Keep what was found in your cache folder, never in the sources, so that a folder that did not change shows its findings as soon as it is opened again.',
  },
  {
    key: 'codeLens',
    scope: 'resource',
    default: true,
    schema: { type: 'boolean' },
    description: 'Show a line above entry points: the control code, its method and access, and the findings below it.',
  },
  {
    key: 'markUntrusted',
    scope: 'resource',
    default: true,
    schema: { type: 'boolean' },
    description: 'Mark values that a user or a packet can choose, while you read. The colour is `fencepost.untrustedForeground`.',
  },
  {
    key: 'originHints',
    scope: 'resource',
    default: false,
    schema: { type: 'boolean' },
    description: 'Show behind an untrusted value where it comes from, for example `: SharedPages`.',
  },
  {
    key: 'outline',
    scope: 'window',
    default: 'auto',
    schema: { type: 'string', enum: ['auto', 'on', 'off'] },
    description: 'Offer an outline of functions and call hierarchies. Takes effect when the server restarts.',
    values: ['Where no other C extension is active.', 'Always.', 'Never.'],
  },
  {
    key: 'trace.server',
    scope: 'window',
    default: 'off',
    schema: { type: 'string', enum: ['off', 'messages', 'verbose'] },
    description: 'Write what is said between the editor and the language server to the output channel.',
    values: ['Write nothing.', 'Write the names of messages.', 'Write whole messages.'],
  },
];

/** `contributes.configuration.properties` of package.json. Texts are keys of package.nls.json. */
export function configurationProperties(): Record<string, Record<string, unknown>> {
  const properties: Record<string, Record<string, unknown>> = {};
  for (const row of SETTINGS) {
    properties[`fencepost.${row.key}`] = {
      ...row.schema,
      default: row.default,
      scope: row.scope,
      markdownDescription: `%${descriptionKey(row)}%`,
      ...(row.values ? { markdownEnumDescriptions: row.values.map((_, i) => `%${valueKey(row, i)}%`) } : {}),
    };
  }
  return properties;
}

/** The texts of package.nls.json that settings need. */
export function configurationTexts(): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const row of SETTINGS) {
    texts[descriptionKey(row)] = row.description;
    row.values?.forEach((value, i) => (texts[valueKey(row, i)] = value));
  }
  return texts;
}

function descriptionKey(row: SettingRow): string {
  return `settings.${row.key}`;
}

function valueKey(row: SettingRow, index: number): string {
  return `settings.${row.key}.${index}`;
}

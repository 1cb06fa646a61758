/** What the command line says about itself, and how it says that it was called wrongly. */

/** Called wrongly, or with something that cannot be read. The message is one line and says what to do. */
export class UsageError extends Error {}

const OVERVIEW = `fencepost: reviews Windows driver C against the driver's threat model. Needs no build and no headers.

Usage: fencepost COMMAND

  scan [PATH…]        analyse folders or files (default: the current folder)
  rules               list the rules
  explain RULE        what a rule looks for, why, and how to mend it
  inspect PATH…       what was understood of each file, and what was not
  surface PATH…       where the driver can be reached from outside
  lsp --stdio         run as a language server

  --help, --version

Exit code: 0 clean, 1 findings at or above --fail-on, 2 called wrongly or failed.
\`fencepost COMMAND --help\` says more.
`;

const COMMANDS: Readonly<Record<string, string>> = {
  scan: `Usage: fencepost scan [PATH…]

  --format FORMAT          text (default), json, sarif, markdown, html
  --output FILE            write the report there; a summary goes to the terminal
  --fail-on SEVERITY       error (default), warning, info, never: from when on the exit code is 1
  --rules ID[,ID…]         run only these
  --profile PROFILE        default, or audit: also what is only worth a look
  --baseline FILE          findings that are accepted (default: .fencepost-baseline.json of the folder)
  --write-baseline         write the findings of this scan there
  --changed-files FILE     report only files named there, one a line; - reads standard input:
                           git diff --name-only main | fencepost scan --changed-files -
  --ignore-project-config  nothing in the folder may trust a type, change the profile, silence or hide anything
  --stats FILE             write counts and times as JSON
  --jobs N                 how many threads may be used (default: as many as help, at most 4); a driver is analysed by one
  --no-cache               use nothing from an earlier scan
`,
  rules: `Usage: fencepost rules [--format text|json]
`,
  explain: `Usage: fencepost explain RULE
`,
  inspect: `Usage: fencepost inspect PATH… [--format text|json]

  --origin FILE:LINE:COL   what the expression that starts there is, and why; may be repeated.
                           FILE is relative to PATH, LINE and COL count from 1
  --summary FUNCTION       what is known about a function; may be repeated
  --ignore-project-config  do not read fencepost.json
`,
  surface: `Usage: fencepost surface PATH… [--format text|json|markdown]

  --ignore-project-config  do not read fencepost.json
`,
  lsp: `Usage: fencepost lsp --stdio
`,
};

export const commandNames: readonly string[] = Object.keys(COMMANDS);

export function helpFor(command: string | undefined): string {
  return (command === undefined ? undefined : COMMANDS[command]) ?? OVERVIEW;
}

/**
 * The task `fencepost: scan`: the command line in a terminal, with the problem matcher `$fencepost`. Runs the editor's own Node on the
 * extension's own file; nothing of the workspace is executed.
 */
import {
  ProcessExecution,
  Task,
  TaskGroup,
  tasks,
  workspace,
  l10n,
  type Disposable,
  type ExtensionContext,
  type TaskDefinition,
} from 'vscode';

const TYPE = 'fencepost';

export function registerTasks(context: ExtensionContext): Disposable {
  const cli = context.asAbsolutePath('dist/server.js');
  return tasks.registerTaskProvider(TYPE, {
    provideTasks: () => [taskOf(cli, { type: TYPE })],
    resolveTask: (task) => taskOf(cli, task.definition),
  });
}

function taskOf(cli: string, definition: TaskDefinition): Task {
  const given: unknown = definition['args'];
  const args = Array.isArray(given) ? given.filter((arg) => typeof arg === 'string') : [];
  const cwd = workspace.workspaceFolders?.[0]?.uri.fsPath;
  const execution = new ProcessExecution(process.execPath, [cli, 'scan', ...(args.length > 0 ? args : ['.'])], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ELECTRON_RUN_AS_NODE: '1' },
  });
  const task = new Task(definition, workspace.workspaceFolders?.[0] ?? 1, l10n.t('scan'), 'fencepost', execution, '$fencepost');
  task.group = TaskGroup.Build;
  return task;
}

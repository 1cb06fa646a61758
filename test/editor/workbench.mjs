// A VS Code workbench in a page, by the selectors that hold from 1.91 on.
import assert from 'node:assert/strict';
import path from 'node:path';
import { pictures, until } from './lane.mjs';

export class Workbench {
  constructor(page) {
    this.page = page;
  }

  async ready() {
    await this.page.waitForSelector('.monaco-workbench', { timeout: 60000 });
    await this.page.waitForSelector('.explorer-folders-view .monaco-list-row', { timeout: 60000 });
  }

  /** Quick open; `>` before a command. */
  async quickOpen(text, picked) {
    await this.page.keyboard.press(text.startsWith('>') ? 'F1' : 'Control+P');
    const input = this.page.locator('.quick-input-widget input.input');
    await input.waitFor();
    await input.fill(text);
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: picked }).first();
    await row.waitFor({ timeout: 20000 });
    await row.click();
  }

  /** From the explorer: a virtual file system may have no search. */
  async openFile(name) {
    await this.page.locator('.explorer-folders-view .monaco-list-row', { hasText: name }).first().dblclick();
    await this.page.locator('.tab.active', { hasText: name }).waitFor();
    await this.page.waitForSelector('.editor-instance .view-line');
  }

  command(title) {
    return this.quickOpen(`>${title}`, title);
  }

  squiggles(severity) {
    return this.page.locator(`.squiggly-${severity}`).count();
  }

  async problems() {
    if ((await this.page.locator('.markers-panel').count()) === 0) await this.page.keyboard.press('Control+Shift+M');
    await this.page.waitForSelector('.markers-panel');
    return this.page.locator('.markers-panel .monaco-list-row');
  }

  /** Rows that match, with the files they are in: the list draws only what is visible, so it is filtered first. */
  async problemTexts(wanted = '') {
    await this.problems();
    const filter = this.page.locator('input[placeholder^="Filter (e.g. text"]').first();
    if ((await filter.inputValue()) !== wanted) {
      await filter.fill(wanted);
      await this.page.waitForTimeout(400);
    }
    return (await (await this.problems()).allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
  }

  /** Problems of a file, by the badge behind its name. */
  async problemCount(file) {
    const [first = ''] = await this.problemTexts(`**/${file}`);
    return first.startsWith(file) ? Number(/(\d+)$/.exec(first)?.[1] ?? 0) : 0;
  }

  /** Double-clicks a problem and waits for the editor to have the focus. */
  async goToProblem(text) {
    await this.problemTexts(text);
    await (await this.problems()).filter({ hasText: text }).first().dblclick();
    await this.page.waitForSelector('.editor-instance .monaco-editor.focused');
  }

  /** Opens the menu of code actions; answers their titles. */
  async actions() {
    await this.page.keyboard.press('Control+.');
    const rows = this.page.locator('.action-widget .monaco-list-row.action');
    await rows.first().waitFor({ timeout: 15000 });
    return rows.allInnerTexts();
  }

  /** Picks one of the menu that is open, by keyboard: the menu's backdrop takes clicks. */
  async pick(titles, wanted) {
    const index = titles.findIndex((title) => title.includes(wanted));
    assert.ok(index >= 0, `no action "${wanted}" among ${titles.join(' | ')}`);
    for (let i = 0; i < index; i++) await this.page.keyboard.press('ArrowDown');
    await this.page.keyboard.press('Enter');
  }

  async activeText() {
    return (await this.page.locator('.editor-instance .view-lines').first().innerText()).replaceAll('\u00a0', ' ');
  }

  picture(name) {
    return this.page.screenshot({ path: path.join(pictures, `${name}.png`) });
  }

  async toast(text) {
    await this.page
      .locator('.notifications-toasts .notification-list-item-message', { hasText: text })
      .first()
      .waitFor({ timeout: 30000 });
  }
}

/** The walk that every VS Code lane takes through the sample driver. */
export async function walk(bench, { prefix }) {
  await bench.openFile('session.c');
  const read = '`Ring->Shared->ProducerIndex` is a plain read';
  await until('the problem', async () => (await bench.problemTexts(read)).length > 0, 60000);
  const before = await until('the count', () => bench.problemCount('session.c'));
  await bench.goToProblem(read);
  await until('a squiggle', async () => (await bench.squiggles('error')) > 0);
  await bench.problemTexts('');
  await bench.picture(`${prefix}-problems`);

  // Its path: the related places lie under the row.
  await until('the way through another file', async () =>
    (await bench.problemTexts('MmMapLockedPagesSpecifyCache')).some((text) => text.startsWith('ring.c')),
  );
  await bench.picture(`${prefix}-related`);

  // A scan shows the other files, and does not show this one twice.
  await bench.command('Fencepost: Scan Workspace');
  await bench.toast('errors,');
  await until('the other file', () => bench.problemCount('control.c'));
  assert.equal(await bench.problemCount('session.c'), before, 'problems of a file that is open, before and after a scan');
  await bench.picture(`${prefix}-scanned`);
  await bench.command('Notifications: Clear All Notifications');

  // The fix.
  await bench.goToProblem(read);
  const titles = await bench.actions();
  await bench.picture(`${prefix}-actions`);
  assert.ok(
    titles.some((title) => title.includes('Suppress shared-nonvolatile-read')),
    titles.join(' | '),
  );
  await bench.pick(titles, 'Read ');
  await until('the fix in the text', async () =>
    /Produced = Read\w+\(&Ring->Shared->ProducerIndex\)/.test(await bench.activeText()),
  );
  await until('the problem gone', async () => (await bench.problemCount('session.c')) < before);
  await bench.picture(`${prefix}-fixed`);
}

/** Suppression with a reason, and the views. */
export async function walkViews(bench, { prefix, hasWebviews }) {
  const tag = '`Entry->Tag` is a plain read';
  await bench.goToProblem(tag);
  await bench.pick(await bench.actions(), 'with a comment above');
  const input = bench.page.locator('.quick-input-widget input.input');
  await input.waitFor();
  await input.fill('the tag is compared, never used');
  await bench.picture(`${prefix}-reason`);
  await bench.page.keyboard.press('Enter');
  await until('the comment', async () =>
    (await bench.activeText()).includes('fencepost-ignore-next-line shared-nonvolatile-read'),
  );
  await until('the problem gone', async () => !(await bench.problemTexts(tag)).some((text) => text.includes(tag)));

  await bench.problemTexts('');
  await bench.command('Fencepost: Show Findings');
  await bench.page.locator('.pane-body .monaco-list-row', { hasText: 'control.c:' }).first().waitFor();
  await bench.page.locator('.pane-body .monaco-list-row', { hasText: 'IOCTL_RING_CREATE' }).first().waitFor();
  await bench.picture(`${prefix}-view`);
  await bench.command('Fencepost: Open Report');
  await bench.page.locator('.tab.active', { hasText: 'Fencepost Report' }).waitFor();
  if (!hasWebviews) return;
  await bench.command('View: Close Panel');
  await until('the report', async () => {
    for (const frame of bench.page.frames()) {
      const heading = await frame
        .locator('h1')
        .first()
        .innerText({ timeout: 200 })
        .catch(() => '');
      if (heading === 'Fencepost report') return true;
    }
    return false;
  });
  await bench.picture(`${prefix}-report`);
}

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

  async problemTexts() {
    return (await (await this.problems()).allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));
  }

  /** Problems of a file, by the badge behind its name: the list itself draws only what is visible. */
  async problemCount(file) {
    const texts = await this.problemTexts();
    const found = texts.map((text) => new RegExp(`^${file.replace('.', '\\.')} (?:.* )?(\\d+)$`).exec(text)).find(Boolean);
    return found ? Number(found[1]) : 0;
  }

  /** Double-clicks a problem and waits for the editor to have the focus. */
  async goToProblem(text) {
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
  const read = 'is a plain read of pages that user mode can write';
  await until('the problem', async () => (await bench.problemTexts()).some((text) => text.includes(read)), 60000);
  const before = await bench.problemCount('session.c');
  assert.ok(before > 2, `${before} problems`);
  await bench.goToProblem('ProducerIndex');
  await until('a squiggle', async () => (await bench.squiggles('error')) > 0);
  await bench.picture(`${prefix}-problems`);

  // Its path: the related places lie under the row.
  const row = (await bench.problems()).filter({ hasText: `ProducerIndex` }).first();
  await row.click();
  await bench.page.keyboard.press('ArrowRight');
  await until('the way through another file', async () =>
    (await bench.problemTexts()).some((text) => text.includes('MmMapLockedPagesSpecifyCache') && text.includes('ring.c')),
  );
  await bench.picture(`${prefix}-related`);

  // A scan shows the other files, and does not show this one twice.
  await bench.command('Fencepost: Scan Workspace');
  await bench.toast('errors,');
  await until('the other file', async () => (await bench.problemTexts()).some((text) => text.includes('control.c')));
  assert.equal(await bench.problemCount('session.c'), before, 'problems of a file that is open, before and after a scan');
  await bench.picture(`${prefix}-scanned`);
  await bench.command('Notifications: Clear All Notifications');

  // The fix.
  await bench.goToProblem('ProducerIndex');
  const titles = await bench.actions();
  await bench.picture(`${prefix}-actions`);
  assert.ok(
    titles.some((title) => title.includes('Suppress shared-nonvolatile-read')),
    titles.join(' | '),
  );
  await bench.pick(titles, 'Read once with');
  await until('the fix in the text', async () =>
    (await bench.activeText()).includes('ReadULongNoFence(&Ring->Shared->ProducerIndex)'),
  );
  await until('the problem gone', async () => (await bench.problemCount('session.c')) === before - 1);
  await bench.picture(`${prefix}-fixed`);
}

/** Suppression with a reason, and the views. */
export async function walkViews(bench, { prefix }) {
  await bench.goToProblem('Entry->Tag');
  await bench.pick(await bench.actions(), 'with a comment above');
  const input = bench.page.locator('.quick-input-widget input.input');
  await input.waitFor();
  await input.fill('the tag is compared, never used');
  await bench.picture(`${prefix}-reason`);
  await bench.page.keyboard.press('Enter');
  await until('the comment', async () =>
    (await bench.activeText()).includes('fencepost-ignore-next-line shared-nonvolatile-read'),
  );
  await until('the problem gone', async () => !(await bench.problemTexts()).some((text) => text.includes('Entry->Tag')));

  await bench.command('Fencepost: Show Findings');
  await until('rows in the view', async () => (await bench.page.locator('.pane-body .monaco-list-row').count()) > 3);
  await bench.picture(`${prefix}-view`);
  await bench.command('Fencepost: Open Report');
  await bench.page.locator('.tab.active', { hasText: 'Fencepost Report' }).waitFor();
  await bench.page.waitForTimeout(1500);
  await bench.picture(`${prefix}-report`);
}

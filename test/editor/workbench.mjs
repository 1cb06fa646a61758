// A VS Code workbench in a page, by the selectors that hold from 1.91 on.
import assert from 'node:assert/strict';
import path from 'node:path';
import { pictures, until } from './lane.mjs';

/** Milliseconds; a machine that builds something else meanwhile is slow. */
const PATIENCE = 60000;

export class Workbench {
  constructor(page) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE);
  }

  async ready() {
    await this.page.waitForSelector('.monaco-workbench');
    await this.page.waitForSelector('.explorer-folders-view .monaco-list-row');
  }

  /** Quick open; `>` before a command. The list holds what was known when it opened, so that it is opened again until it holds the row. */
  async quickOpen(text, picked) {
    const input = this.page.locator('.quick-input-widget input.input');
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: picked }).first();
    await until(`"${picked}" in quick open`, async () => {
      await this.page.keyboard.press(text.startsWith('>') ? 'F1' : 'Control+P');
      try {
        await input.waitFor({ timeout: 3000 });
        await input.fill(text);
        await row.waitFor({ timeout: 8000 });
        await row.click({ timeout: 3000 });
        return true;
      } catch {
        await this.page.keyboard.press('Escape');
        return false;
      }
    });
  }

  /** From the explorer: a virtual file system may have no search. */
  async openFile(name) {
    await this.page.locator('.explorer-folders-view .monaco-list-row', { hasText: name }).first().dblclick();
    await this.isActive(name);
    await this.page.waitForSelector('.editor-instance .view-line');
  }

  isActive(name) {
    return this.page.locator('.tab.active', { hasText: name }).waitFor();
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

  /** Double-clicks a problem, or a place below one, and waits for the editor to have the focus. */
  async goToProblem(text) {
    await this.problemTexts(text);
    await (await this.problems()).filter({ hasText: text }).first().dblclick();
    await this.page.waitForSelector('.editor-instance .monaco-editor.focused');
  }

  async goToRelated(text) {
    await this.problemTexts(text);
    await (await this.problems()).filter({ hasText: text }).last().dblclick();
    await this.page.waitForSelector('.editor-instance .monaco-editor.focused');
  }

  /** Opens the menu of code actions; answers their titles. */
  async actions() {
    const rows = this.page.locator('.action-widget .monaco-list-row.action');
    await this.page.keyboard.press('Control+.');
    await rows.first().waitFor();
    return rows.allInnerTexts();
  }

  /** Picks one of the menu that is open, by keyboard: the menu's backdrop takes clicks. */
  async pick(titles, wanted) {
    const index = titles.findIndex((title) => title.includes(wanted));
    assert.ok(index >= 0, `no action "${wanted}" among ${titles.join(' | ')}`);
    for (let i = 0; i < index; i++) await this.page.keyboard.press('ArrowDown');
    await this.page.keyboard.press('Enter');
  }

  /** The hover at the cursor. */
  async hover() {
    await this.page.keyboard.press('Escape');
    // A chord: the first half must have arrived before the second.
    await this.page.keyboard.press('Control+K');
    await this.page.keyboard.press('Control+I');
    const hover = this.page.locator('.monaco-resizable-hover .monaco-hover, .editor-instance .monaco-hover').first();
    await hover.waitFor();
    return hover;
  }

  async activeText() {
    return (await this.page.locator('.editor-instance .view-lines').first().innerText()).replaceAll('\u00a0', ' ');
  }

  /** Colours of the pieces of text that hold a word. */
  colours(word) {
    return this.page
      .locator('.editor-instance .view-line span span', { hasText: word })
      .evaluateAll((spans) => spans.map((span) => getComputedStyle(span).color));
  }

  lenses() {
    return this.page.locator('.codelens-decoration').allInnerTexts();
  }

  picture(name) {
    return this.page.screenshot({ path: path.join(pictures, `${name}.png`) });
  }

  async toast(text) {
    await this.page.locator('.notifications-toasts .notification-list-item-message', { hasText: text }).first().waitFor();
  }

  /** A row of a tree in the side bar. */
  row(text) {
    return this.page.locator('.sidebar .monaco-list-row', { hasText: text }).first();
  }

  /** The first heading inside any web view. */
  async webviewHeading() {
    for (const frame of this.page.frames()) {
      const heading = await frame
        .locator('h1')
        .first()
        .innerText({ timeout: 200 })
        .catch(() => '');
      if (heading !== '') return heading;
    }
    return '';
  }
}

// What a driver author does with the sample driver, step by step. Every VS Code lane takes these steps.
import assert from 'node:assert/strict';
import { until } from './lane.mjs';

export const READ = '`Ring->Shared->ProducerIndex` is a plain read';
const TAG = '`Entry->Tag` is a plain read';
/** `fencepost.untrustedForeground` of the dark and the light theme. */
const MARKS = ['rgb(240, 163, 107)', 'rgb(164, 72, 11)'];

/** The problem is selected; its last name is looked at. */
async function hoverInProblem(bench) {
  await bench.page.keyboard.press('ArrowLeft');
  for (let i = 0; i < 'Ring->Shared->Prod'.length; i++) await bench.page.keyboard.press('ArrowRight');
  return bench.hover();
}

/** Says what is being done, so that a failure names its step. */
async function step(what, act) {
  try {
    return await act();
  } catch (error) {
    error.message = `${what}: ${error.message}`;
    throw error;
  }
}

/** From the opened file to the fixed one. */
export async function walk(bench, { prefix }) {
  await step('read what a handler serves', async () => {
    await bench.openFile('control.c');
    const isShown = async () => (await bench.lenses()).some((text) => text.includes('METHOD_BUFFERED'));
    await until('a line above a handler', isShown, 120000);
    await bench.picture(`${prefix}-lens`);
    // Closed again, so that a scan finds it in the background.
    await bench.command('View: Close Editor');
  });
  await step('open the sample', () => bench.openFile('session.c'));
  await step('see the problem', () => until('the problem', async () => (await bench.problemTexts(READ)).length > 0, 90000));
  const before = await until('the count', () => bench.problemCount('session.c'));
  await step('see the squiggle', async () => {
    await bench.goToProblem(READ);
    await until('a squiggle', async () => (await bench.squiggles('error')) > 0);
  });
  await step('see the marks', () =>
    until('an untrusted value in its colour', async () =>
      (await bench.colours('ProducerIndex')).some((colour) => MARKS.includes(colour)),
    ),
  );
  await bench.problemTexts('');
  await bench.picture(`${prefix}-problems`);

  await step('read the hover', async () => {
    await bench.goToProblem(READ);
    const hover = await hoverInProblem(bench);
    await until('the origin', async () => /SharedPages/.test(await hover.innerText()));
    await bench.picture(`${prefix}-hover`);
    await bench.page.keyboard.press('Escape');
  });

  await step('keep the findings while a brace is open', async () => {
    await bench.goToProblem(READ);
    await bench.page.keyboard.press('Control+Home');
    await bench.page.keyboard.type('/');
    await bench.page.keyboard.type('*');
    await bench.page.waitForTimeout(1500);
    assert.equal(await bench.problemCount('session.c'), before, 'problems while a comment is open');
    await bench.goToProblem(READ);
    for (let i = 0; i < 2; i++) await bench.page.keyboard.press('Control+Z');
    await until('the text as it was', async () => (await bench.problemCount('session.c')) === before);
  });

  await step('follow the path into another file', async () => {
    await bench.goToRelated('MmMapLockedPagesSpecifyCache');
    await bench.isActive('ring.c');
    await until('the mapping call', async () => (await bench.activeText()).includes('MmMapLockedPagesSpecifyCache'));
    await bench.picture(`${prefix}-related`);
  });

  await step('scan, and see no finding twice', async () => {
    await bench.command('Fencepost: Scan Workspace');
    await bench.toast('errors,');
    await until('the other file', () => bench.problemCount('control.c'));
    assert.equal(await bench.problemCount('session.c'), before, 'problems of a file that is open, before and after a scan');
    const closed = await bench.problemCount('control.c');
    await bench.command('Notifications: Clear All Notifications');
    await bench.goToProblem('no check of the input length');
    await bench.isActive('control.c');
    await bench.page.waitForTimeout(1500);
    assert.equal(await bench.problemCount('control.c'), closed, 'problems of a scanned file, before and after it is opened');
  });

  await step('apply the fix', async () => {
    await bench.goToProblem(READ);
    const titles = await bench.actions();
    await bench.picture(`${prefix}-actions`);
    for (const wanted of ['Suppress shared-nonvolatile-read', 'in the baseline', 'Show documentation for'])
      assert.ok(
        titles.some((title) => title.includes(wanted)),
        `${wanted}: ${titles.join(' | ')}`,
      );
    await bench.pick(titles, 'Read ');
    await until('the fix in the text', async () =>
      /Produced = Read\w+\(&Ring->Shared->ProducerIndex\)/.test(await bench.activeText()),
    );
    await until('the problem gone', async () => (await bench.problemCount('session.c')) < before);
    await bench.picture(`${prefix}-fixed`);
  });

  await step('suppress with a reason', async () => {
    await bench.goToProblem(TAG);
    await bench.pick(await bench.actions(), 'with a comment above');
    const input = bench.page.locator('.quick-input-widget input.input');
    await input.waitFor();
    await input.fill('the tag is compared, never used');
    await bench.picture(`${prefix}-reason`);
    await bench.page.keyboard.press('Enter');
    await until('the comment', async () =>
      (await bench.activeText()).includes('fencepost-ignore-next-line shared-nonvolatile-read'),
    );
    await until('the problem gone', async () => !(await bench.problemTexts(TAG)).some((text) => text.includes(TAG)));
  });

  await step('scan what was edited, where there is no Git', async () => {
    await bench.command('Notifications: Clear All Notifications');
    await bench.command('Fencepost: Scan Changed Files');
    await bench.toast('in 1 changed file');
    await bench.command('Notifications: Clear All Notifications');
  });
}

/** Both views, and the report. */
export async function walkViews(bench, { prefix, hasWebviews }) {
  await step('open the views', async () => {
    await bench.problemTexts('');
    await bench.command('Fencepost: Show Findings');
    await bench.row('control.c:').waitFor();
    await bench.row('IOCTL_RING_CREATE').waitFor();
    await bench.picture(`${prefix}-view`);
    await bench.command('View: Toggle Panel Visibility');
    // What lies behind a row: the path of a finding, the facts of a control code.
    for (const [name, behind] of [
      ['control.c:60', 'SystemBuffer'],
      ['IOCTL_RING_SET_WATERMARK', 'METHOD_BUFFERED'],
    ]) {
      await bench.row(name).click();
      await bench.page.keyboard.press('ArrowRight');
      await bench.row(behind).waitFor();
    }
    await bench.row('control.c:60').click();
    await bench.isActive('control.c');
    await bench.page.waitForTimeout(1500);
    await bench.picture(`${prefix}-behind`);
  });
  await step('open the report', async () => {
    await bench.command('Fencepost: Open Report');
    await bench.isActive('Fencepost Report');
    if (!hasWebviews) return;
    await until('the report', async () => (await bench.webviewHeading()) === 'Fencepost report');
    await bench.picture(`${prefix}-report`);
  });
}

/** A work tree in which one file differs from the last commit. */
export async function scanChanged(bench, { prefix, changed, other }) {
  await step('scan what differs from the last commit', async () => {
    await bench.openFile('ring.c');
    await until('the Git extension', async () => {
      await bench.command('Notifications: Clear All Notifications');
      await bench.command('Fencepost: Scan Changed Files');
      const said = bench.page.locator('.notifications-toasts .notification-list-item-message').first();
      return (await said.innerText()).includes('in 1 changed file');
    });
    await bench.picture(`${prefix}-changed`);
    await until('its problems', () => bench.problemCount(changed));
    assert.equal(await bench.problemCount(other), 0, 'problems of a file that did not change');
  });
}

/** A scan that takes a while, stopped in the middle: no result, and nothing goes on. */
export async function cancelScan(bench, { prefix }) {
  await step('cancel a scan', async () => {
    await bench.command('Fencepost: Scan Workspace');
    const cancel = bench.page.locator('.notifications-toasts .notification-list-item a.monaco-button', { hasText: 'Cancel' });
    await cancel.first().waitFor();
    await bench.picture(`${prefix}-scanning`);
    await cancel.first().click();
    await until('the progress gone', async () => (await cancel.count()) === 0);
    await bench.page.waitForTimeout(1000);
    const said = await bench.page.locator('.notifications-toasts .notification-list-item-message').allInnerTexts();
    assert.deepEqual(
      said.filter((text) => /errors,|failed/.test(text)),
      [],
    );
  });
}

/** A folder that is not trusted cannot hide what was found in it. */
export async function restricted(bench, { prefix }) {
  await step('read an untrusted driver', async () => {
    await bench.openFile('session.c');
    await until('what it asks to hide', async () => (await bench.problemTexts('is not trusted')).length > 0, 90000);
    await bench.goToProblem('is not trusted');
    await bench.picture(`${prefix}-restricted`);
  });
}

/** Another C extension keeps its outline and its hovers, and ours stay beside them. */
export async function besideAnother(bench, { prefix }) {
  await step('live beside another C extension', async () => {
    await bench.openFile('session.c');
    await until('our problem', async () => (await bench.problemTexts(READ)).length > 0, 90000);
    await until('its problem', async () => (await bench.problemTexts('The second extension was here')).length > 0);
    await bench.goToProblem(READ);
    await until('our marks', async () => (await bench.colours('ProducerIndex')).some((colour) => MARKS.includes(colour)));
    const hover = await hoverInProblem(bench);
    await until('both hovers', async () => {
      const text = await hover.innerText();
      return text.includes('SharedPages') && text.includes('Hover of the second extension');
    });
    await bench.page.keyboard.press('Escape');
    await bench.quickOpen('@', 'SecondOutline');
    await bench.quickOpen('@', 'SecondOutline');
    await bench.picture(`${prefix}-beside`);
  });
}

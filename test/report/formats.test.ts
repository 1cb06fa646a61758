import assert from 'node:assert';
import { formatHtml } from '../../server/src/report/html-format';
import { formatJson } from '../../server/src/report/json-format';
import { formatMarkdown } from '../../server/src/report/markdown-format';
import { formatSarif } from '../../server/src/report/sarif-format';
import { formatText } from '../../server/src/report/text-format';
import { assertGolden } from './golden';
import { report } from './report-fixture';

describe('report formats', () => {
  it('text', () => {
    assertGolden('report.txt', formatText(report(), { colour: false }));
  });
  it('text of a folder that is not trusted: nothing is hidden', () => {
    const text = formatText(report({ trusted: false }), { colour: false });
    assertGolden('untrusted.txt', text);
    assert.match(text, /2 silenced by files of this folder .*and shown: the folder is not trusted/);
  });
  it('json', () => {
    assertGolden('report.json', formatJson(report()));
  });
  it('sarif', () => {
    assertGolden('report.sarif', formatSarif(report()));
  });
  it('markdown', () => {
    assertGolden('report.md', formatMarkdown(report()));
  });
  it('html', () => {
    assertGolden('report.html', formatHtml(report()));
  });

  it('text has colours only when asked, and the same words', () => {
    const coloured = formatText(report(), { colour: true });
    const escape = String.fromCharCode(27);
    assert.ok(coloured.includes(`${escape}[1;31merror${escape}[0m`));
    assert.strictEqual(coloured.replaceAll(new RegExp(`${escape}\\[[0-9;]*m`, 'g'), ''), formatText(report(), { colour: false }));
  });

  it('text obeys no control character of the scanned folder', () => {
    const plain = report();
    const [first] = plain.outcome.findings;
    assert.ok(first);
    const hostile = { ...first, message: 'a\u001b[2Jb\u202ec\r\nd', file: 'x\u001b]0;t\u0007.c' };
    const text = formatText({ ...plain, outcome: { ...plain.outcome, findings: [hostile] } }, { colour: false });
    assert.doesNotMatch(text, /[\u202e\r]|\p{Cc}(?<!\n)/u);
  });

  it('html escapes what the folder says and loads nothing', () => {
    const plain = report();
    const [first] = plain.outcome.findings;
    assert.ok(first);
    const hostile = { ...first, message: '<img src=x onerror=alert(1)> & "`<b>`"', rule: '<i>', functionName: '<u>' };
    const html = formatHtml({ ...plain, outcome: { ...plain.outcome, findings: [hostile, ...plain.outcome.findings] } });
    assert.doesNotMatch(html, /<script|<img|<b>|<i>|<u>|href=/);
    assert.match(html, /&lt;img src=x onerror=alert\(1\)&gt; &amp; &quot;<code>&lt;b&gt;<\/code>&quot;/);
    assert.match(html, /default-src 'none'/);
  });

  it('markdown gives the folder no markup', () => {
    const plain = report();
    const [first] = plain.outcome.findings;
    assert.ok(first);
    const hostile = { ...first, message: '# [x](http://e) <b> *y* `a` `\n# z', file: 'a`b|c.c' };
    const markdown = formatMarkdown({ ...plain, outcome: { ...plain.outcome, findings: [hostile] } });
    assert.ok(markdown.includes('\\# \\[x\\](http://e) \\<b\\> \\*y\\* `a` \\` \\# z'));
    assert.ok(markdown.includes('`` a`b|c.c:1:1 ``'));
  });

  it('says the same twice', () => {
    for (const format of [formatJson, formatSarif, formatMarkdown, formatHtml])
      assert.strictEqual(format(report()), format(report()));
  });
});

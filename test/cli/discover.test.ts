import assert from 'node:assert';
import fs from 'node:fs';
import path from 'node:path';
import { changedNames } from '../../server/src/cli/changed';
import { discover, PathProblem } from '../../server/src/cli/discover';
import { readSource } from '../../server/src/cli/read';
import { selectFiles } from '../../server/src/cli/select';
import { MAX_FILE_BYTES } from '../../server/src/report/decode';
import type { Note } from '../../server/src/report/workspace';
import { fencepost, Folder } from './harness';

describe('discovery', () => {
  let folder: Folder;
  beforeEach(() => {
    folder = new Folder();
  });
  afterEach(() => {
    folder.remove();
  });
  const found = (options = {}, ...paths: string[]) => discover(paths.length > 0 ? paths : ['.'], folder.path, options);
  const files = (...names: string[]) => {
    for (const name of names) folder.write(name, '\n');
  };

  it('finds C sources and headers in one order, and the files that build them', () => {
    files('b/z.c', 'b.c', 'B.C', 'a.h', 'b/a.inl', 'x.py', 'notes.txt', 'c', 'drv.vcxproj', 'b/sources', 'CMakeLists.txt');
    const { files: names, buildFiles, notes, root } = found();
    assert.deepStrictEqual(names, ['B.C', 'a.h', 'b.c', 'b/a.inl', 'b/z.c']);
    assert.deepStrictEqual(buildFiles, ['CMakeLists.txt', 'b/sources', 'drv.vcxproj']);
    assert.deepStrictEqual(notes, []);
    assert.strictEqual(root, folder.path);
  });

  it('skips what belongs to version control and packages', () => {
    files('.git/x.c', 'node_modules/y/z.c', '.vs/a.h', 'a.c');
    assert.deepStrictEqual(found().files, ['a.c']);
  });

  it('takes a file as it is, relative to its folder', () => {
    files('src/a.c', 'src/b.c');
    const one = found({}, 'src/a.c');
    assert.deepStrictEqual([one.files, one.root], [['a.c'], folder.at('src')]);
  });

  it('takes several paths once each, relative to the folder that holds them all', () => {
    files('x/src/a.c', 'x/src/b.c', 'x/inc/a.h', 'y/c.c');
    const both = found({}, 'x/src', 'x/inc/a.h', 'x/src/b.c', 'x/src');
    assert.deepStrictEqual([both.files, both.root], [['inc/a.h', 'src/a.c', 'src/b.c'], folder.at('x')]);
  });

  it('does not take a folder for another that its name begins with', () => {
    files('drv/a.c', 'drv2/b.c');
    const both = found({}, 'drv', 'drv2');
    assert.deepStrictEqual([both.files, both.root], [['drv/a.c', 'drv2/b.c'], folder.path]);
  });

  it('says which path is not there', () => {
    assert.throws(
      () => found({}, 'nowhere'),
      (error: unknown) => error instanceof PathProblem && /no file or folder `nowhere`/.test(error.message),
    );
    files('a.c');
    assert.throws(() => found({}, 'a.c/b'), PathProblem);
  });

  it('says that C++ sources are not read, once and with their number', () => {
    files('a.c', 'b.cpp', 'sub/c.cc', 'sub/d.hpp');
    const { files: names, notes } = found();
    assert.deepStrictEqual(names, ['a.c']);
    assert.deepStrictEqual(
      notes.map(({ kind, message }) => [kind, message]),
      [['skipped', 'Not analysed: 2 C++ source files. Only C is read.']],
    );
  });

  describe('.gitignore', () => {
    it('is honoured in every folder, the nearer one first', () => {
      files('a.c', 'gen/b.c', 'gen/keep.c', 'out/c.c', 'sub/d.c', 'sub/out/e.c', 'sub/deep/f.c');
      folder.write('.gitignore', 'out/\ngen/*\n!gen/keep.c\n');
      folder.write('sub/.gitignore', '/d.c\n');
      const { files: names, notes } = found();
      assert.deepStrictEqual(names, ['a.c', 'gen/keep.c', 'sub/deep/f.c']);
      assert.deepStrictEqual(
        notes.map((note) => note.message),
        ['Left out by .gitignore: 4 files and folders.'],
      );
    });

    it('counts from the top of the repository', () => {
      files('.git/HEAD', 'src/out/a.c', 'src/b.c');
      folder.write('.gitignore', 'src/out\n');
      assert.deepStrictEqual(found({}, 'src').files, ['b.c']);
    });

    it('does not hide a file that was named', () => {
      files('gen/a.c');
      folder.write('gen/.gitignore', '*\n');
      assert.deepStrictEqual(found({}, 'gen/a.c').files, ['a.c']);
    });

    it('hides nothing in a folder that is not trusted', () => {
      files('a.c', 'gen/b.c');
      folder.write('.gitignore', '*\n');
      assert.deepStrictEqual(found({ honourIgnoreFiles: false }).files, ['a.c', 'gen/b.c']);
    });
  });

  describe('symbolic links', () => {
    const link = (target: string, name: string) => {
      fs.symlinkSync(target, folder.at(name));
    };

    it('end in a circle', () => {
      files('in/a.c');
      link('..', 'in/up');
      link('self', 'self');
      link('self', 'self.c');
      const { files: names, notes } = found();
      assert.deepStrictEqual(names, ['in/a.c']);
      assert.deepStrictEqual(
        notes.map((note) => note.file),
        ['self.c'],
      );
    });

    it('are not followed out of the folder, and that is said', () => {
      files('secret/x.c', 'drv/a.c', 'drv/note.txt');
      link('../secret', 'drv/folder');
      link('../secret/x.c', 'drv/file.c');
      const { files: names, notes } = found({}, 'drv');
      assert.deepStrictEqual(names, ['a.c']);
      assert.deepStrictEqual(
        notes.map((note) => [note.file, note.kind]),
        [
          ['file.c', 'skipped'],
          ['folder', 'skipped'],
        ],
      );
    });

    it('are not needed inside it: the target has a name of its own', () => {
      files('real/a.c');
      link('real', 'alias');
      link('real/a.c', 'b.c');
      const { files: names, notes } = found();
      assert.deepStrictEqual([names, notes], [['real/a.c'], []]);
    });

    it('may be what the user names', () => {
      files('real/a.c');
      link('real', 'alias');
      const { files: names, root } = found({}, 'alias');
      assert.deepStrictEqual([names, root], [['a.c'], folder.at('real')]);
    });
  });

  it('stops at the cap on files and says so', () => {
    files('a.c', 'b.c', 'c.c', 'd.c');
    const { files: names, notes } = found({ maxFiles: 3 });
    assert.deepStrictEqual(names, ['a.c', 'b.c', 'c.c']);
    assert.deepStrictEqual(
      notes.map((note) => [note.kind, note.message]),
      [['bound', '1 files were left out: the limit is 3 files in one scan. Scan a smaller folder.']],
    );
  });

  it('stops at the cap on bytes and says so', () => {
    folder.write('a.c', 'x'.repeat(100)).write('b.c', 'x'.repeat(100)).write('c.c', 'x');
    const { files: names, notes } = found({ maxBytes: 150 });
    assert.deepStrictEqual(names, ['a.c', 'c.c']);
    assert.strictEqual(notes[0]?.kind, 'bound');
  });

  it('walks a deep tree', () => {
    const name = `${'d/'.repeat(300)}a.c`;
    files(name);
    assert.deepStrictEqual(found().files, [name]);
  });

  describe('reading', () => {
    const read = (name: string): [string | undefined, Note[]] => {
      const notes: Note[] = [];
      return [readSource(folder.path, name, notes)?.text, notes];
    };

    it('notes a file that vanished after it was listed', () => {
      files('a.c');
      const { files: names } = found();
      fs.rmSync(folder.at('a.c'));
      assert.deepStrictEqual(names.map(read), [
        [undefined, [{ file: 'a.c', kind: 'skipped', message: 'Not analysed: it vanished after it was listed.' }]],
      ]);
    });

    it('notes a folder in the place of a file', () => {
      fs.mkdirSync(folder.at('a.c'));
      assert.match(read('a.c')[1][0]?.message ?? '', /EISDIR/);
    });

    it('does not read what is too large', () => {
      fs.writeFileSync(folder.at('a.c'), '');
      fs.truncateSync(folder.at('a.c'), MAX_FILE_BYTES * 6);
      assert.deepStrictEqual(read('a.c'), [
        undefined,
        [{ file: 'a.c', kind: 'skipped', message: 'Not analysed: 48 MB, and the limit is 8 MB.' }],
      ]);
    });

    it('does not change the exit code, whatever is odd, and analyses the rest', async () => {
      folder.write('nul.c', Buffer.from('int x;\0\n'));
      folder.write('wide.c', Buffer.from('\ufeffx = y; // FIND rule-a error: wide\n', 'utf16le'));
      folder.write('old.c', Buffer.from('x = y; // FIND rule-b warning: na\u00efve\n', 'latin1'));
      folder.write('cut.c', 'void F() { if (x /* never');
      fs.symlinkSync('gone', folder.at('dead.c'));
      fs.writeFileSync(folder.at('huge.c'), '');
      fs.truncateSync(folder.at('huge.c'), 50_000_000);
      const ran = await fencepost(['scan', '--format', 'json', '--fail-on', 'never'], { cwd: folder.path });
      assert.strictEqual(ran.code, 0);
      const report = JSON.parse(ran.out) as {
        findings: { file: string; message: string; line: number }[];
        notes: Note[];
        files: string[];
      };
      assert.deepStrictEqual(report.files, ['cut.c', 'old.c', 'wide.c']);
      assert.deepStrictEqual(
        report.findings.map((one) => [one.file, one.message]),
        [
          ['old.c', 'na\u00efve'],
          ['wide.c', 'wide'],
        ],
      );
      assert.deepStrictEqual(
        report.notes.map((note) => [note.file, note.kind]),
        [
          ['dead.c', 'skipped'],
          ['huge.c', 'skipped'],
          ['nul.c', 'skipped'],
          ['old.c', 'encoding'],
          ['wide.c', 'encoding'],
        ],
      );
    });
  });
});

describe('lists of files', () => {
  it('select by the patterns of the project', () => {
    const all = ['src/a.c', 'src/gen/b.c', 'test/c.c', 'd.h'];
    assert.deepStrictEqual(selectFiles(all, [], [], ''), all);
    assert.deepStrictEqual(selectFiles(all, [], ['src/gen/**', 'test/'], ''), ['src/a.c', 'd.h']);
    assert.deepStrictEqual(selectFiles(all, ['src/**'], ['**/b.c'], ''), ['src/a.c']);
    assert.deepStrictEqual(selectFiles(['a.c', 'gen/b.c'], ['src/**'], ['src/gen'], 'src'), ['a.c']);
  });

  it('name changed files from the current folder, the scanned one or the top of the repository', () => {
    const folder = new Folder();
    try {
      folder.write('.git/HEAD', '').write('drv/src/a.c', '').write('drv/b.c', '');
      const root = folder.at('drv');
      const names = (list: string, cwd = folder.path) => [...changedNames(list, root, cwd)].sort();
      assert.deepStrictEqual(names('drv/src/a.c\r\n\r\n"drv/b.c"\n'), ['b.c', 'drv/b.c', 'drv/src/a.c', 'src/a.c']);
      assert.deepStrictEqual(names('src/a.c', root), ['src/a.c']);
      assert.deepStrictEqual(names('../x.c\n/etc/passwd\n', root), []);
      assert.deepStrictEqual(names(path.join(root, 'b.c'), '/'), ['b.c']);
    } finally {
      folder.remove();
    }
  });
});

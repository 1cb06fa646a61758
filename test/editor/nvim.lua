-- Neovim's own client, without plug-ins: diagnostics with their path, hover, and the fix applied. Run by nvim.mjs.
local server, file = vim.env.FENCEPOST_SERVER, vim.env.FENCEPOST_FILE
local node = vim.env.FENCEPOST_NODE

local function fail(why)
  io.stderr:write('nvim: ' .. why .. '\n')
  vim.cmd('cquit 1')
end

local function wait(what, condition)
  if not vim.wait(20000, condition, 50) then fail('waited in vain: ' .. what) end
end

vim.cmd('edit ' .. vim.fn.fnameescape(file))
local buffer = vim.api.nvim_get_current_buf()
local id = vim.lsp.start_client({
  name = 'fencepost',
  cmd = { node, server, '--stdio' },
  root_dir = vim.fn.fnamemodify(file, ':h'),
})
vim.lsp.buf_attach_client(buffer, id)

local function find(code, text)
  for _, item in ipairs(vim.diagnostic.get(buffer)) do
    if item.code == code and item.message:find(text, 1, true) and item.message:find('plain read', 1, true) then return item end
  end
end

wait('the finding', function() return find('shared-nonvolatile-read', 'ProducerIndex') ~= nil end)
local finding = find('shared-nonvolatile-read', 'ProducerIndex')
if finding.severity ~= vim.diagnostic.severity.ERROR then fail('no error') end
local lsp = finding.user_data.lsp
if not (lsp and lsp.relatedInformation and lsp.relatedInformation[1].location.uri:find('ring.c', 1, true)) then
  fail('the path does not lead into ring.c')
end

local before = #vim.diagnostic.get(buffer)
local diagnostic = {
  range = { start = { line = finding.lnum, character = finding.col }, ['end'] = { line = finding.end_lnum, character = finding.end_col } },
  message = finding.message,
  code = finding.code,
  source = finding.source,
}
local answers = vim.lsp.buf_request_sync(buffer, 'textDocument/codeAction', {
  textDocument = vim.lsp.util.make_text_document_params(buffer),
  range = diagnostic.range,
  context = { diagnostics = { diagnostic } },
}, 10000)
local fix
for _, action in ipairs(answers[id].result) do
  if action.title:find('^Read ') then fix = fix or action end
end
if not fix then fail('no fix') end
vim.lsp.util.apply_workspace_edit(fix.edit, vim.lsp.get_client_by_id(id).offset_encoding)
local line = vim.api.nvim_buf_get_lines(buffer, finding.lnum, finding.lnum + 1, false)[1]
if not line:find('Read%w+%(&Ring%->Shared%->ProducerIndex%)') then fail('not fixed: ' .. line) end
wait('the finding to vanish', function() return #vim.diagnostic.get(buffer) < before end)
print('nvim: passed')
vim.cmd('qall!')

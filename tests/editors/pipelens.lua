-- Headless Neovim with its own language client and the server named in $PIPELENS_LSP (a JSON array).
-- Opens the pipeline in the current buffer, waits for its diagnostics, corrects line $LINE to $TEXT,
-- saves, presses the lens `▶ Run` of that entry, and prints what it saw as one JSON line.

local patience = 60000
local seen = {}

local function finish(status)
  io.stdout:write(vim.json.encode(seen) .. '\n')
  io.stdout:flush()
  vim.cmd(status == 0 and 'qall!' or 'cquit ' .. status)
end

local function wait(what, condition)
  if not vim.wait(patience, condition, 20) then error('waited in vain for ' .. what) end
end

local function diagnostics(buf)
  local found = {}
  for _, one in ipairs(vim.diagnostic.get(buf)) do
    table.insert(found, { line = one.lnum, column = one.col, end_column = one.end_col,
      code = one.code, source = one.source, severity = one.severity })
  end
  return found
end

local ok, message = pcall(function()
  local buf = vim.api.nvim_get_current_buf()
  local id = assert(vim.lsp.start({
    name = 'pipelens',
    cmd = vim.json.decode(os.getenv('PIPELENS_LSP')),
    root_dir = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buf), ':h'),
  }, { bufnr = buf }))
  local client = vim.lsp.get_client_by_id(id)
  wait('initialize', function() return client.initialized end)
  seen.protocol = client.server_capabilities.experimental.pipelens.protocol

  wait('a diagnostic', function() return #vim.diagnostic.get(buf) > 0 end)
  seen.before = diagnostics(buf)

  local line = tonumber(os.getenv('LINE'))
  vim.api.nvim_buf_set_lines(buf, line, line + 1, true, { os.getenv('TEXT') })
  wait('the diagnostic to go', function() return #vim.diagnostic.get(buf) == 0 end)
  vim.cmd('silent write')

  local function titles()
    vim.lsp.codelens.refresh({ bufnr = buf })
    local found = {}
    for _, lens in ipairs(vim.lsp.codelens.get(buf)) do
      if lens.command then table.insert(found, { lens.range.start.line, lens.command.title }) end
    end
    return found
  end
  local function has(title, at)
    for _, one in ipairs(titles()) do
      if one[1] == at and one[2] == title then return true end
    end
    return false
  end
  local task = tonumber(os.getenv('TASK_LINE'))
  wait('the lens', function() return has('▶ Run', task) end)
  seen.lenses = titles()

  vim.ui.select = function(items, _, choose) -- two lenses in one line: the first one is pressed
    choose(items[1], 1)
  end
  vim.api.nvim_win_set_cursor(0, { task + 1, 0 })
  vim.lsp.codelens.run()
  wait('the task to be fresh', function() return has('✓ fresh', task) end)
  seen.after = titles()
  client:stop()
  wait('the end of the server', function() return client:is_stopped() end)
end)

if not ok then seen.error = tostring(message) end
finish(ok and 0 or 1)

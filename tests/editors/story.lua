-- A person in headless Neovim with the documented configuration: sees a mistake, corrects it, asks what
-- stands there, renames the task, runs it. Prints what was seen as one JSON line.

local patience = 60000
local seen = {}

local function finish(status)
  io.stdout:write(vim.json.encode(seen) .. '\n')
  io.stdout:flush()
  vim.cmd(status == 0 and 'qall!' or 'cquit ' .. status)
end

local story

-- The editor goes on meanwhile: its own events come as they come to a person.
local function wait(what, condition)
  local left = patience / 20
  while not condition() do
    left = left - 1
    if left < 0 then error('waited in vain for ' .. what) end
    vim.defer_fn(function() coroutine.resume(story) end, 20)
    coroutine.yield()
  end
end

local function diagnostics(buf)
  local found = {}
  for _, one in ipairs(vim.diagnostic.get(buf)) do
    table.insert(found, { line = one.lnum, column = one.col, end_column = one.end_col,
      code = one.code, source = one.source })
  end
  return found
end

local function tell()
  vim.o.updatetime = patience * 10 -- what comes, comes by the edits and not because the cursor rests
  local buf = vim.api.nvim_get_current_buf()
  local client
  wait('the client', function()
    client = vim.lsp.get_clients({ bufnr = buf, name = 'pipelens' })[1]
    return client and client.initialized
  end)
  seen.protocol = client.server_capabilities.experimental.pipelens.protocol

  wait('a diagnostic', function() return #vim.diagnostic.get(buf) > 0 end)
  seen.before = diagnostics(buf)

  local line = tonumber(os.getenv('LINE'))
  vim.api.nvim_buf_set_lines(buf, line, line + 1, true, { os.getenv('RIGHT') })
  wait('the diagnostic to go', function() return #vim.diagnostic.get(buf) == 0 end)
  vim.cmd('silent write')

  -- The name of the first task.
  vim.api.nvim_win_set_cursor(0, { 3, 11 })
  local where = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local hover = client:request_sync('textDocument/hover', where, patience, buf)
  seen.hover = hover and hover.result and hover.result.contents.value or ''

  vim.lsp.buf.rename('fetch')
  wait('the new name', function()
    return vim.api.nvim_buf_get_lines(buf, 2, 3, true)[1] == '    name: fetch'
  end)

  -- What the editor shows: the configuration asks for lenses.
  local function titles()
    local found = {}
    for _, lens in ipairs(vim.lsp.codelens.get(buf)) do
      if lens.command then table.insert(found, { lens.range.start.line, lens.command.title }) end
    end
    return found
  end
  local function shown(title, at)
    for _, one in ipairs(titles()) do
      if one[1] == at and one[2]:find(title, 1, true) then return true end
    end
    return false
  end
  local function runs(name) return vim.inspect(vim.lsp.codelens.get(buf)):find('"' .. name .. '"', 1, true) end
  wait('the lenses of the new name', function() return runs('fetch') and not runs('load') end)
  vim.cmd('silent wall')
  wait('the lens', function() return shown('▶ Run', 1) or shown('▶ Run', 2) end)
  seen.lenses = titles()
  local task = shown('▶ Run', 1) and 1 or 2

  vim.ui.select = function(items, _, choose) -- several lenses in one line: the first one is pressed
    choose(items[1], 1)
  end
  vim.api.nvim_win_set_cursor(0, { task + 1, 0 })
  vim.lsp.codelens.run()
  wait('the task to be fresh', function()
    vim.lsp.codelens.refresh({ bufnr = buf })
    return shown('✓ fresh', task)
  end)
  seen.after = titles()
  client:stop()
  wait('the end of the server', function() return client:is_stopped() end)
end

story = coroutine.create(function()
  local ok, message = pcall(tell)
  if not ok then seen.error = tostring(message) end
  finish(ok and 0 or 1)
end)
coroutine.resume(story)

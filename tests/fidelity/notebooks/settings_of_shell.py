# %%
%config InteractiveShell.ast_node_interactivity = "all"

# %%
1
2

# %%
get_ipython().ast_node_interactivity = "last_expr_or_assign"

# %%
x = 5

# %%
get_ipython().ast_node_interactivity = "none"

# %%
6

# %%
get_ipython().ast_node_interactivity = "last"

# %%
7

# %%
ip = get_ipython()
ip.ast_node_interactivity = "last_expr"
ip.run_cell("8").result

# %%
ip.run_line_magic("time", "9")

# %%
ip.system("echo system")

# %%
ip.getoutput("echo got")

# %%
ip.ev("x + 1"), ip.ex("y = 2"), y

# %%
def before(*args): print("pre", len(args))
def after(result): print("post", type(result).__name__, result.success)
ip.events.register("pre_run_cell", before)
ip.events.register("post_run_cell", after)

# %%
10

# %% tags=["raises-exception"]
1 / 0

# %%
ip.events.unregister("pre_run_cell", before)
ip.events.unregister("post_run_cell", after)

# %%
from IPython.core.magic import register_line_magic, register_cell_magic
@register_line_magic
def own(line):
    return line.upper()

@register_cell_magic
def owned(line, cell):
    print("line", repr(line), "cell", repr(cell))
del own, owned

# %%
%own text

# %%
%%owned here
a
b

# %%
def handler(shell, etype, value, tb, tb_offset=None):
    print("handled", etype.__name__)
ip.set_custom_exc((ZeroDivisionError,), handler)

# %% tags=["raises-exception"]
1 / 0

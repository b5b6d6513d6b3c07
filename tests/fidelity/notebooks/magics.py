# %%
%time sum(range(10))

# %%
%%time
total = sum(range(100))
total

# %%
%%capture kept
print("not shown")
1 + 1

# %%
kept.stdout, [str(one) for one in kept.outputs]

# %%
%%bash
echo from bash
echo to stderr >&2

# %%
!echo one; echo two

# %%
lines = !echo three
lines

# %%
name = "value"
!echo {name} $name

# %%
%env FIDELITY=yes

# %%
%env FIDELITY

# %%
import os
os.environ["FIDELITY"]

# %%
%pwd

# %%
%who_ls int

# %%
%who

# %%
%timeit -n 1 -r 1 -q pass

# %%
result = %timeit -n 2 -r 1 -q -o pass
type(result).__name__

# %%
%%writefile written.py
VALUE = 3

# %%
%run written.py
VALUE

# %%
import written
written.VALUE

# %%
%load_ext autoreload
%autoreload 2

# %%
%%writefile written.py
VALUE = 4

# %%
written.VALUE

# %%
%pdb off

# %%
%precision 3
3.14159265

# %%
%matplotlib inline

# %%
%config InlineBackend.figure_format = "png"

# %%
long = 1 + \
    2
long

# %%
%%sh
printf "no end"

# %%
%%python
print(1)

# %%
%%html
<b>bold</b>

# %%
%%javascript
1;

# %%
%%latex
$x$

# %%
%%markdown
# Title

# %%
%%svg
<svg></svg>

# %%
%lsmagic
None

# %% tags=["differs-help"]
?len

# %% tags=["differs-help"]
len?

# %%
%alias_magic tm time

# %%
%%timeit -n 1 -r 1 -q
pass

# %%
%xmode

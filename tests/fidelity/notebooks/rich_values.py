# %%
from IPython.display import HTML, JSON, Image, Javascript, Latex, Markdown, Math, Pretty, SVG, display, IFrame, Code, FileLink, Audio
HTML("<b>x</b>")

# %%
display(Markdown("# t"), Latex("$x$"), Math("y"))

# %%
JSON({"a": [1, 2]})

# %%
display({"text/plain": "raw", "text/html": "<i>raw</i>"}, raw=True)

# %%
SVG("<svg xmlns='http://www.w3.org/2000/svg'></svg>")

# %%
Image(data=b"\x89PNG\r\n\x1a\n", format="png")

# %%
IFrame("http://localhost", 10, 10)

# %%
class Fancy:
    def _repr_html_(self):
        return "<p>fancy</p>"
    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/x-own": "own"}, {"text/x-own": {"key": 1}}

Fancy()

# %%
class Own:
    def _ipython_display_(self):
        print("displays itself")

Own()

# %%
{"a": list(range(40)), "b": {"c": "d" * 60, "e": set()}}

# %%
"text\nwith lines"

# %%
print("before"); display("shown"); print("after"); 5

# %%
1; 2

# %%
1;

# %%
None

# %%
if True:
    3

# %%
for i in range(2):
    i

# %%
display()

# %%
(lambda: 1).__name__; # comment

# %%
4 # ;

# %%
Code("x = 1", language="python")

# %%
display(1, metadata={"k": "v"})

# %%
get_ipython().display_formatter.formatters["text/html"].for_type(complex, lambda c: f"<c>{c}</c>")
2j

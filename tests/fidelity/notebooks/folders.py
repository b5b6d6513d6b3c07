# %%
import os
os.makedirs("below", exist_ok=True)
os.chdir("below")
os.path.basename(os.getcwd())

# %%
open("made.txt", "w").close()
os.listdir(".")

# %%
%cd ..

# %%
%cd below

# %%
os.path.exists("made.txt")

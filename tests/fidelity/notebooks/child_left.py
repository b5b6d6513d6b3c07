# %%
import subprocess
child = subprocess.Popen(["sleep", "300"])
with open("child.pid", "w") as file:
    file.write(str(child.pid))

# %%
print("done")

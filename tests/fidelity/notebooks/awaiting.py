# %%
import asyncio

async def numbers():
    for i in range(3):
        yield i

# %%
async for i in numbers():
    print(i)

# %%
async with asyncio.Lock():
    print("locked")

# %%
[i async for i in numbers()]

# %%
asyncio.get_running_loop().is_running()

# %% tags=["raises-exception"]
asyncio.run(asyncio.sleep(0))

# %%
try:
    await asyncio.wait_for(asyncio.sleep(10), 0.01)
except asyncio.TimeoutError:
    print("too late")

# %%
%autoawait

# %%
x = await asyncio.sleep(0, "value")
x

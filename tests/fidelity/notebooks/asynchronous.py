# %%
import asyncio
await asyncio.sleep(0)

# %%
async def double(n):
    await asyncio.sleep(0.001)
    return 2 * n

await double(4)

# %%
later = asyncio.create_task(double(5))

# %%
await later

# %%
await asyncio.gather(double(1), double(2))

"""Running ``async def`` tasks: ``__belay_a`` is the module that has ``run``."""

try:
    import asyncio as __belay_a
except ImportError:
    pass

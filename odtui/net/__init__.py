"""HTTP clients: the engine under httpx and the rerouting of hosts."""

"""Event loops side by side: ours, uvloop's and asyncio's, each in a process of its own, in one run."""

"""What the world is shown: page values and chart sources, from the record alone.

For: renderers (HTML, terminal). Does not know: whatever was not recorded, files, clocks, markup.
"""

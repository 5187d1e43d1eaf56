"""What the data answer to the questions that the pages ask.

No right option is written down: it follows from arithmetic, from the published numbers or from the cards of our runs.
"""

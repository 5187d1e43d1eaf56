"""The pages of the walkthrough: one file a page, one `render()` each. Lessons never import each other."""

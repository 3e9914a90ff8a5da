"""The look of the book: one template, one stylesheet, one small script."""

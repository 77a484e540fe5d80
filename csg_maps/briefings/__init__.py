"""Documents that leave: to print, to send, to fill in. They say what was decided elsewhere, and compute nothing of data.

Everything that came from a file or a form is written as text: escaped in HTML, never a formula in a workbook.
"""

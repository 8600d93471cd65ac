"""`python -m tests.helm.golden` writes anew what the chart makes of each set of values.

Read the difference before you commit it.
"""

from tests.helm.engine import GOLDEN, VALUES, text_of

if __name__ == "__main__":
    for each in VALUES:
        (GOLDEN / each.name).write_text(text_of(each), "utf-8")

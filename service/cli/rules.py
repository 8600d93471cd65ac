"""Placeholder: being written."""

import click

check = click.Command("check")
test = click.Command("test")
simulate = click.Command("simulate")
explain = click.Command("explain")
preview = click.Command("preview")

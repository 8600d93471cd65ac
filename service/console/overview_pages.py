"""The routes of a program's overview: the page, and each of its charts as a file."""

from http import HTTPStatus

from flask import Blueprint, Response, abort, request

from service.console.access import require
from service.console.braked import braked
from service.console.charts import Chart
from service.console.desk import Console
from service.console.overview import overview_page
from service.console.pair_pages import known_program
from service.console.spreadsheet import spreadsheet
from service.domain.access import Permission
from service.domain.matters import Age


def add_overview_pages(blueprint: Blueprint, console: Console) -> None:
    """Add them."""

    @blueprint.get("/<program>")
    @require(Permission.SEE_OVERVIEW)
    def overview(program: str) -> Response:
        with console.reading() as desk:
            here = known_program(desk, program)
            page = overview_page(here, request.args.get("group", ""), console.clock())
            waiting = braked(desk)
        ages = [each.value for each in Age]
        console.listed("overview", [(program, f"mentorships/{each.id}") for each in page.urgent])
        return console.page("overview.html", page=page, program=here, braked=waiting, now=console.clock(), ages=ages)

    @blueprint.get("/<program>/figures/<name>.csv")
    @require(Permission.SEE_OVERVIEW)
    def figures_file(program: str, name: str) -> Response:
        with console.reading() as desk:
            here = known_program(desk, program)
            page = overview_page(here, request.args.get("group", ""), console.clock())
        chart = next((each for each in page.charts if each.name == name), None)
        if chart is None:
            abort(HTTPStatus.NOT_FOUND)
        return chart_file(chart)


def chart_file(chart: Chart) -> Response:
    """Return a chart's numbers as a file."""
    head = ("week of", *(f"{each.name}{chart.unit}" for each in chart.series))
    return spreadsheet(f"{chart.name}.csv", head, [(monday, *numbers) for monday, numbers in chart.rows()])

"""The routes of writing to many: choose, write, look who gets it, approve, follow, and take back.

The rules of this file:
- What is approved is what was looked at: the pairs are chosen once, when the words are done, and kept.
- Approving sends nothing by itself: it puts an event for each pair into the log, and the same rules, limits and gates
  as for all mail decide about each.
"""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.adapters.templates.writer import LetterWriter
from service.console.access import require, viewer
from service.console.desk import Console
from service.console.guard import MAIL_POLICY, TRY_POLICY, guarded
from service.console.interventions import (
    COUNTED,
    COUNTED_WHEN_ASKED,
    MOST_CHOSEN,
    PREVIEWED,
    acts_to_address,
    acts_to_withdraw,
    asked_of,
    chosen_of,
    filter_of,
    first_preview,
    number_of,
    outcome_of,
    review_of,
)
from service.console.mail import MailDesk
from service.console.messages_to_many import OWN_WORDS, offers_of
from service.console.pair_pages import known_program
from service.console.pair_query import query_of
from service.domain.access import Permission
from service.domain.interventions import Bar, Remark, bar_of, paragraphs_of, remarks_on
from service.flow.intervention_port import Intervention, Stage
from service.flow.ports import Action, Transaction
from service.flow.step_in import SteppingIn

_OPEN = (Stage.DRAFT, Stage.PROPOSED)


def add_intervention_pages(blueprint: Blueprint, console: Console, stepping_in: SteppingIn, alone_up_to: int) -> None:
    """Add them; one person approves alone what goes to `alone_up_to` people at most."""
    pages = _Pages(console, stepping_in, alone_up_to)

    @blueprint.get("/<program>/interventions")
    @require(Permission.SEE_OVERVIEW)
    def interventions(program: str) -> Response:
        with console.reading() as desk:
            here = known_program(desk, program)
            found = desk.snapshot.interventions(program)
        may = viewer().may(Permission.INTERVENE, program)
        return console.page("interventions.html", program=here, found=found, may_intervene=may)

    @blueprint.get("/<program>/interventions/new")
    @require(Permission.INTERVENE)
    def new_intervention(program: str) -> Response:
        return pages.form(program, request.args, asked_of(query_of(request.args)), remarks=())

    @blueprint.post("/<program>/interventions/new")
    @require(Permission.INTERVENE)
    def write_intervention(program: str) -> AnyResponse:
        return pages.written(program, request.form)

    @blueprint.post("/<program>/interventions/check")
    @require(Permission.INTERVENE)
    def check_intervention(program: str) -> Mapping[str, object]:
        return pages.checked(program, request.form)

    @blueprint.get("/<program>/interventions/<id>")
    @require(Permission.SEE_OVERVIEW)
    def intervention(program: str, id: str) -> Response:
        return pages.one(program, id)

    @blueprint.get("/<program>/interventions/<id>/html")
    @require(Permission.SEE_OVERVIEW)
    def intervention_html(program: str, id: str) -> Response:
        return pages.html(program, id)

    @blueprint.post("/<program>/interventions/<id>/approve")
    @require(Permission.INTERVENE)
    def approve_intervention(program: str, id: str) -> AnyResponse:
        return pages.approve(program, id)

    @blueprint.post("/<program>/interventions/<id>/withdraw")
    @require(Permission.INTERVENE)
    def withdraw_intervention(program: str, id: str) -> AnyResponse:
        return pages.withdraw(program, id)


def _words(said: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    return " ".join(said.get("heading", "").replace("\0", "").split()), paragraphs_of(said.get("text", ""))


class _Pages:
    """The pages, over what they share."""

    def __init__(self, console: Console, stepping_in: SteppingIn, alone_up_to: int) -> None:
        self.console, self.stepping_in, self.alone_up_to = console, stepping_in, alone_up_to

    def form(
        self,
        program: str,
        said: Mapping[str, str],
        asked: str,
        remarks: tuple[Remark, ...],
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        now = self.console.clock()
        with self.console.reading() as desk:
            here = known_program(desk, program)
            number = number_of(here, asked, now)
            offers = offers_of(here)
        query = filter_of(asked)
        answer = self.console.page(
            "intervention_new.html",
            status,
            program=here,
            asked=asked,
            query=query,
            number=number,
            offers=offers,
            said=said,
            remarks=remarks,
            most=MOST_CHOSEN,
            celebrates=query.talks == "3+",
        )
        return guarded(answer, TRY_POLICY, referrer="same-origin")

    def written(self, program: str, said: Mapping[str, str]) -> AnyResponse:
        """Keep a draft, with the pairs as the filter finds them now, and lead to who gets it."""
        asked, message = asked_of(filter_of(said.get("asked", ""))), said.get("message", "")
        heading, paragraphs = _words(said)
        remarks = tuple(remarks_on(heading, paragraphs)) if message in OWN_WORDS else ()
        now = self.console.clock()
        with self.console.reading() as desk:
            here = known_program(desk, program)
            if message not in {each.message for each in offers_of(here)}:
                remarks = (Remark("Choose a message.", True), *remarks)
            chosen = chosen_of(here, asked, now)
        if not chosen:
            remarks = (Remark("Nobody is like that now. Choose other mentorships.", True), *remarks)
        if any(each.is_error for each in remarks):
            return self.form(program, said, asked, remarks, HTTPStatus.UNPROCESSABLE_ENTITY)
        draft = Intervention(
            program=program,
            id=f"w-{secrets.token_hex(5)}",
            made_at=now,
            author=viewer().person,
            asked=asked,
            message=message,
            heading=heading if message in OWN_WORDS else "",
            paragraphs=paragraphs if message in OWN_WORDS else (),
            unless_talked=bool(said.get("unless_talked")),
            chosen=chosen,
        )
        with self.console.store.writing() as transaction:
            transaction.save_intervention(draft, None)
        return redirect(url_for("console.intervention", program=program, id=draft.id), HTTPStatus.SEE_OTHER)

    def checked(self, program: str, said: Mapping[str, str]) -> Mapping[str, object]:
        """Return what is to say about the words, and how they read for the first who gets them ("" for nobody)."""
        heading, paragraphs = _words(said)
        remarks = list(remarks_on(heading, paragraphs))
        marks = [{"text": each.text, "is_error": each.is_error} for each in remarks]
        if said.get("message") not in OWN_WORDS or any(each.is_error for each in remarks):
            return {"marks": marks, "preview": ""}
        now = self.console.clock()
        with self.console.reading() as desk:
            here = known_program(desk, program)
            draft = Intervention(
                program=program,
                id="w-draft",
                made_at=now,
                author=viewer().person,
                message=said["message"],
                heading=heading,
                paragraphs=paragraphs,
                chosen=chosen_of(here, asked_of(filter_of(said.get("asked", ""))), now, PREVIEWED),
            )
            shown = first_preview(here, self._writer(desk), draft, now)
        return {"marks": marks, "preview": shown.rendered.text if shown else ""}

    def one(self, program: str, id: str) -> Response:
        now, page = self.console.clock(), request.args.get("page", 1, type=int)
        counted = COUNTED_WHEN_ASKED if request.args.get("count") == "more" else COUNTED
        with self.console.reading() as desk:
            here = known_program(desk, program)
            found = self._found(desk, program, id)
            is_open = found.stage in _OPEN
            writer = self._writer(desk)
            review = review_of(here, writer, found, self.alone_up_to, page, now, counted) if is_open else None
            outcome = None if is_open else outcome_of(here, found, page, now, counted)
        shown = (*(review.lines if review else ()), *(outcome.lines if outcome else ()))
        pairs = dict.fromkeys(each.id for each in shown)
        self.console.listed("intervention", [(program, f"mentorships/{each}") for each in pairs])
        who = viewer()
        answer = self.console.page(
            "intervention.html",
            program=here,
            intervention=found,
            query=filter_of(found.asked),
            review=review,
            outcome=outcome,
            own_words=OWN_WORDS,
            may_intervene=who.may(Permission.INTERVENE, program),
            may_approve=who.may(Permission.APPROVE, program),
            is_first=who.person in found.approvals,
            alone_up_to=self.alone_up_to,
            said=request.args.get("said", ""),
        )
        return guarded(answer, referrer="same-origin")

    def html(self, program: str, id: str) -> Response:
        with self.console.reading() as desk:
            here = known_program(desk, program)
            found = self._found(desk, program, id)
            review = review_of(here, self._writer(desk), found, self.alone_up_to, 1, self.console.clock())
        if review.preview is None:
            abort(HTTPStatus.NOT_FOUND)
        answer = Response(review.preview.rendered.html, content_type="text/html; charset=utf-8")
        return guarded(answer, MAIL_POLICY)

    def approve(self, program: str, id: str) -> AnyResponse:
        """Approve it; what was approved and cut off before everybody was reached goes on."""
        who, now = viewer(), self.console.clock()
        with self.console.store.writing() as transaction:
            found = transaction.intervention(program, id)
            if found is None:
                abort(HTTPStatus.NOT_FOUND)
            approved = found
            if found.stage in _OPEN and who.person not in found.approvals:
                if found.stage is Stage.PROPOSED and not who.may(Permission.APPROVE, program):
                    abort(HTTPStatus.FORBIDDEN)
                approved = self._approved(found, who.person, now)
                self._keep(transaction, approved, found.stage)
        if approved.stage is Stage.APPROVED:
            self.stepping_in.take(program, who.person, acts_to_address(approved))
        return self._back(program, id, "before" if approved == found else approved.stage.value)

    def _keep(self, transaction: Transaction, approved: Intervention, was: Stage) -> None:
        done = approved.stage is Stage.APPROVED
        action = Action.INTERVENTION_APPROVED if done else Action.INTERVENTION_PROPOSED
        transaction.save_intervention(approved, was)
        about, pairs = f"intervention {approved.id}", len(approved.chosen)
        self.console.note(transaction, action, about, program=approved.program, pairs=pairs)

    def _approved(self, found: Intervention, who: str, now: int) -> Intervention:
        approvals = (*found.approvals, who)
        if bar_of(approvals, 2 * len(found.chosen), self.alone_up_to) is Bar.SECOND:
            return replace(found, stage=Stage.PROPOSED, approvals=approvals)
        return replace(found, stage=Stage.APPROVED, approvals=approvals, approved_at=now)

    def withdraw(self, program: str, id: str) -> AnyResponse:
        who, now = viewer(), self.console.clock()
        with self.console.store.writing() as transaction:
            found = transaction.intervention(program, id)
            if found is None:
                abort(HTTPStatus.NOT_FOUND)
            if found.stage is Stage.WITHDRAWN:
                return self._back(program, id, "withdrawn")
            gone = replace(found, stage=Stage.WITHDRAWN, withdrawn_by=who.person, withdrawn_at=now)
            transaction.save_intervention(gone, found.stage)
            about = f"intervention {id}"
            self.console.note(transaction, Action.INTERVENTION_WITHDRAWN, about, program=program)
        if found.stage is Stage.APPROVED:
            self.stepping_in.take(program, who.person, acts_to_withdraw(found))
        return self._back(program, id, "withdrawn")

    def _back(self, program: str, id: str, said: str) -> AnyResponse:
        there = url_for("console.intervention", program=program, id=id, said=said)
        return redirect(there, HTTPStatus.SEE_OTHER)

    def _found(self, desk: MailDesk, program: str, id: str) -> Intervention:
        found = desk.snapshot.intervention(program, id)
        if found is None:
            abort(HTTPStatus.NOT_FOUND)
        return found

    def _writer(self, desk: MailDesk) -> LetterWriter:
        return self.console.rules.of(desk.snapshot).templates

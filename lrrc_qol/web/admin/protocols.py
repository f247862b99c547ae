"""The centre's own versions of the follow-up plan: make a draft, change its figures, publish it, use it."""

from __future__ import annotations

from itertools import groupby

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import InvalidInput, StaleWrite
from lrrc_qol.services.protocol_versions import (
    Figure,
    discard_draft,
    make_draft,
    publish_version,
    read_version,
    read_versions,
    save_figures,
    use_for_new,
)
from lrrc_qol.web.admin.blueprint import blueprint
from lrrc_qol.web.guards import audience, current_actor, runtime

MEANWHILE = (
    "Somebody else changed this draft meanwhile. Nothing of yours was stored yet, and what you typed is still here; "
    "where it differs, what is stored now stands beside it. Look at these, then store again."
)


@blueprint.get("/protocols")
@audience.staff("administer")
def protocols() -> ResponseReturnValue:
    """Every version: shipped, published, drafts; which one new patients get, how many run on each."""
    with runtime().reading(current_actor()) as work:
        overview = read_versions(work)
    return render_template("admin/protocols/list.html", active="admin.overview", overview=overview)


@blueprint.post("/protocols")
@audience.staff("administer")
def new_draft() -> ResponseReturnValue:
    """Make a draft from the version named in the form."""
    with runtime().writing(current_actor()) as work:
        public_id = make_draft(work, based_on=request.form.get("based_on", ""))
    return redirect(url_for("admin.protocol_version", public_id=public_id), 303)


@blueprint.post("/protocols/use")
@audience.staff("administer")
def use_protocol() -> ResponseReturnValue:
    """Put patients enrolled from now on on another version."""
    try:
        with runtime().writing(current_actor()) as work:
            use_for_new(work, request.form.get("version", ""))
    except InvalidInput as refusal:
        flash(" ".join(refusal.fields.values()), "warning")
    else:
        flash("New patients follow this version from now on. Running plans stay as they are.", "good")
    return redirect(url_for("admin.protocols"), 303)


@blueprint.get("/protocols/<public_id>")
@audience.staff("administer")
def protocol_version(public_id: str) -> ResponseReturnValue:
    """One version with its figures beside those it was made from; a draft can be changed."""
    return _page(public_id, {})


@blueprint.post("/protocols/<public_id>")
@audience.staff("administer")
def change_protocol(public_id: str) -> ResponseReturnValue:
    """Store the figures of a draft, publish it or discard it, as the pressed button says."""
    act = request.form.get("act", "save")
    revision = int(request.form.get("revision", "0")) if request.form.get("revision", "0").isdigit() else 0
    try:
        typed = _typed() if act != "discard" else {}
        with runtime().writing(current_actor()) as work:
            if act == "discard":
                discard_draft(work, public_id, revision=revision)
            elif act == "publish":
                publish_version(
                    work,
                    public_id,
                    reason=request.form.get("reason", ""),
                    owner=request.form.get("owner", ""),
                    revision=revision,
                )
            else:
                save_figures(work, public_id, typed, revision=revision)
    except InvalidInput as refusal:
        return _page(public_id, refusal.fields)
    except StaleWrite:
        return _page(public_id, {"form": MEANWHILE})
    if act == "discard":
        flash("The draft is discarded.")
        return redirect(url_for("admin.protocols"), 303)
    flash("Published. Choose it for new patients in the list." if act == "publish" else "The draft is stored.", "good")
    return redirect(url_for("admin.protocol_version", public_id=public_id), 303)


def _typed() -> dict[str, int]:
    """The figures of the form; InvalidInput names those that are no whole numbers."""
    texts = {name.removeprefix("f-"): text.strip() for name, text in request.form.items() if name.startswith("f-")}
    numbers, faults = {}, {}
    for name, text in texts.items():
        try:
            numbers[name] = int(text)
        except ValueError:
            faults[f"f-{name}"] = "Enter a whole number."
    if faults:
        raise InvalidInput(faults)
    return numbers


def _page(public_id: str, faults: dict[str, str]) -> ResponseReturnValue:
    """The page; after a refusal with everything that was typed, and the newest revision to store on."""
    with runtime().reading(current_actor()) as work:
        view = read_version(work, public_id)
    page = render_template(
        "admin/protocols/version.html",
        active="admin.overview",
        view=view,
        parts=_parts(view.figures),
        faults=faults,
        typed=request.form if faults else {},
    )
    return page, 422 if faults else 200


def _parts(figures: tuple[Figure, ...]) -> list[tuple[str, list[tuple[str, list[Figure]]]]]:
    """The figures by part, and in it by what they are about, in their order."""
    return [
        (part, [(subject, list(own)) for subject, own in groupby(group, key=lambda figure: figure.subject)])
        for part, group in groupby(figures, key=lambda figure: figure.part)
    ]

"""Answering a form: see it, save answers as they are given, send it."""

from lrrc_qol.services.answer_form.save import AnswerInput, SaveRequest, SaveResult, save_answers
from lrrc_qol.services.answer_form.submit import SubmitResult, submit_response
from lrrc_qol.services.answer_form.view import FormItem, FormView, Part, list_parts, open_form, open_forms

__all__ = [
    "AnswerInput",
    "FormItem",
    "FormView",
    "Part",
    "SaveRequest",
    "SaveResult",
    "SubmitResult",
    "list_parts",
    "open_form",
    "open_forms",
    "save_answers",
    "submit_response",
]
